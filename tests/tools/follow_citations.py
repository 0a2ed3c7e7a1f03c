"""Follows every citation of a publication to the very bytes of the report that it pins.

Standard input is JSON: `html`, the publication; `citations`, as ListCitations answers; `revisions`, the canonical JSON
of each pinned report, by `id@revision`. Prints how many citations were followed, or one line for each that cannot be.
"""

import hashlib
import html.parser
import json
import sys


class Elements(html.parser.HTMLParser):
    """The text of every element that has an identity, and which of them are quotes."""

    VOID = {"meta", "link", "br", "hr", "img", "input"}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.texts, self.quotes, self.cited = [], {}, [], {}

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        identity = attributes.get("id")
        if identity is not None:
            if identity in self.texts:
                sys.exit(f"two elements are called {identity}")
            self.texts[identity] = ""
            if attributes.get("class") == "words":
                self.quotes.append(identity)
                cite = [cite for _, _, cite in self.open if cite]
                self.cited[identity] = cite[-1] if cite else None
        if tag not in self.VOID:
            self.open.append((tag, identity, attributes.get("cite")))

    def handle_endtag(self, tag):
        while self.open:
            if self.open.pop()[0] == tag:
                return

    def handle_data(self, data):
        for _, identity, _ in self.open:
            if identity is not None:
                self.texts[identity] += data


def section(paper, key):
    """A part of a report, as a citation names it."""
    name, _, place = key.partition("[")
    place = place.rstrip("]")
    content = paper["content"]
    if name == "answers":
        return next(answer["text"] for answer in content["answers"] if answer["question"] == place)
    return content[name]


def fault(citation, elements, revisions):
    """What is wrong with a citation; none where nothing is."""
    text = revisions.get(f"{citation['source_id']}@{citation['source_revision']}")
    if text is None:
        return "the pinned revision is not there"
    if hashlib.sha256(text.encode()).hexdigest() != citation["source_sha256"]:
        return "the pinned revision has another digest"
    whole = section(json.loads(text), citation["section_key"]).encode()
    there = whole[citation["start"] : citation["end"]]
    if elements.texts.get(citation["anchor"], "").encode() != there:
        return f"the element says {elements.texts.get(citation['anchor'])!r} and the report {there.decode()!r}"
    if elements.cited[citation["anchor"]] != f"#{citation['source_anchor']}":
        return "the quote does not lead to its source"
    if citation["source_sha256"] not in elements.texts.get(citation["source_anchor"], ""):
        return "the source does not name the digest"
    return None


asked = json.load(sys.stdin)
elements = Elements()
elements.feed(asked["html"])
known = {citation["anchor"] for citation in asked["citations"]}
faults = [f"{quote}: a quote without a citation" for quote in elements.quotes if quote not in known]
for citation in asked["citations"]:
    found = fault(citation, elements, asked["revisions"])
    if found is not None:
        faults.append(f"{citation['anchor']}: {found}")
if faults:
    sys.exit("\n".join(faults))
print(len(asked["citations"]))
