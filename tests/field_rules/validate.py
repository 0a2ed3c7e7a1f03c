"""Judges encoded messages with Buf's own validator (protovalidate), for the test beside this file.

Arguments: a FileDescriptorSet, and a file of messages, each as length, type name, length, bytes (lengths 4 bytes, little
end first). Prints one line of JSON for each: the sorted [field path, rule id] of every violation. The rules are read
by the published `buf/validate/validate.proto`, not by our minimal copy of it.
"""

import importlib
import json
import struct
import sys

import protovalidate
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from protovalidate._gen.buf.validate import validate_pb


def published():
    """The option schema as Buf publishes it, and what it imports beyond our files."""
    schema = validate_pb.desc().proto.to_binary()
    yield descriptor_pb2.FileDescriptorProto.FromString(schema)
    for name in ["descriptor", "duration", "field_mask", "timestamp"]:
        module = importlib.import_module(f"google.protobuf.{name}_pb2")
        yield descriptor_pb2.FileDescriptorProto.FromString(module.DESCRIPTOR.serialized_pb)


def pool_of(descriptors):
    files = {file.name: file for file in descriptor_pb2.FileDescriptorSet.FromString(descriptors).file}
    files.update({file.name: file for file in published()})
    pool = descriptor_pool.DescriptorPool()
    added = set()

    def add(name):
        if name not in added:
            added.add(name)
            for dependency in files[name].dependency:
                add(dependency)
            pool.Add(files[name])

    for name in files:
        add(name)
    return pool


def messages(path):
    with open(path, "rb") as file:
        while head := file.read(4):
            name = file.read(struct.unpack("<I", head)[0]).decode()
            yield name, file.read(struct.unpack("<I", file.read(4))[0])


def written(path):
    text = ""
    for element in path.elements:
        text += ("." if text else "") + element.field_name
        if element.subscript is not None:
            text += f"[{element.subscript.value}]"
    return text


def main():
    with open(sys.argv[1], "rb") as file:
        pool = pool_of(file.read())
    classes = {}
    validator = protovalidate.Validator()
    for name, encoded in messages(sys.argv[2]):
        if name not in classes:
            classes[name] = message_factory.GetMessageClass(pool.FindMessageTypeByName(name))
        found = validator.collect_violations(classes[name].FromString(encoded))
        print(json.dumps(sorted([written(item.proto.field), item.proto.rule_id] for item in found)))


main()
