"""Validates a 360Giving package on stdin against the schemas and closed codelists in the folder that is named.

Prints one line for each error and nothing for a valid package.
"""

import csv
import datetime
import json
import pathlib
import sys
import urllib.parse

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

formats = FormatChecker(formats=[])


# Checked here, for jsonschema leaves both out unless further packages are installed. The schemas rely on the first:
# a day is a date or a date-time, and never both.
@formats.checks("date-time", raises=ValueError)
def is_date_time(text):
    return datetime.datetime.fromisoformat(text).tzinfo is not None


@formats.checks("uri", raises=ValueError)
def is_uri(text):
    return bool(urllib.parse.urlsplit(text).scheme)


folder = pathlib.Path(sys.argv[1])
package = json.load(sys.stdin)
grant_schema = json.loads((folder / "360-giving-schema.json").read_text())
package_schema = json.loads((folder / "360-giving-package-schema.json").read_text())
# The schemas name a draft that does not exist under that name, and the package schema an older grant schema.
grant = Resource(contents=grant_schema, specification=DRAFT202012)
named = package_schema["properties"]["grants"]["items"]["$ref"]
registry = Registry().with_resources([(grant_schema["$id"], grant), (named, grant)])
validator = Draft202012Validator(package_schema, registry=registry, format_checker=formats)
for error in sorted(validator.iter_errors(package), key=lambda error: list(map(str, error.absolute_path))):
    print("/".join(map(str, error.absolute_path)), error.message)


def codes(name):
    [file] = [file for file in (folder / "codelists").iterdir() if file.stem.lower() == name]
    return {row["Code"] for row in csv.DictReader(file.open(encoding="utf-8-sig"))}


geo, scope, country = codes("geocodetype"), codes("locationscope"), codes("countrycode")
for one in package["grants"]:
    if one["locationScope"] not in scope:
        print(one["id"], "locationScope", one["locationScope"])
    places = one["beneficiaryLocation"] + one["recipientOrganization"][0].get("location", [])
    for place in places:
        if place.get("geoCodeType", "UA") not in geo:
            print(one["id"], "geoCodeType", place["geoCodeType"])
        if place["countryCode"] not in country:
            print(one["id"], "countryCode", place["countryCode"])
