"""Turns the contract (`proto/`) into Python modules: messages, their type stubs (.pyi) and the services' stubs.

Each .proto file keeps its place: `toadlane/bids/v1/bid.proto` becomes `toadlane.bids.v1.bid_pb2`. Every `v1` package
also offers what its modules declare, so that `from toadlane.bids.v1 import CreateBidRequest` works.

To look at what comes out: `python generate.py ../../proto some/folder`.
"""

from __future__ import annotations

import importlib.resources
import sys
import tempfile
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from grpc_tools import protoc

# Comments are attached to what they explain by field numbers; this one is an import's.
IMPORT = FileDescriptorProto.DEPENDENCY_FIELD_NUMBER


def generate(proto: Path, target: Path) -> None:
    """Writes the modules of every file under `proto/toadlane` into `target`.

    Raises `RuntimeError` when protoc refuses the contract; it has then said why on standard error.
    """
    names = sorted(path.relative_to(proto).as_posix() for path in (proto / "toadlane").rglob("*.proto"))
    with tempfile.TemporaryDirectory() as folder:
        compiled = Path(folder, "compiled.binpb")
        run_protoc(
            f"--proto_path={proto}",
            f"--proto_path={importlib.resources.files('grpc_tools') / '_proto'}",
            f"--descriptor_set_out={compiled}",
            "--include_imports",
            "--include_source_info",
            *names,
        )
        files = without_options(FileDescriptorSet.FromString(compiled.read_bytes()))
        plain = Path(folder, "plain.binpb")
        plain.write_bytes(files.SerializeToString())
        target.mkdir(parents=True, exist_ok=True)
        outputs = [f"--{kind}_out={target}" for kind in ("python", "pyi", "grpc_python")]
        run_protoc(f"--descriptor_set_in={plain}", *outputs, *names)
    make_packages([file for file in files.file if file.name in names], target)


def run_protoc(*arguments: str) -> None:
    if protoc.main(["protoc", *arguments]) != 0:
        raise RuntimeError("protoc refused the contract; it said why above")


def without_options(compiled: FileDescriptorSet) -> FileDescriptorSet:
    """Takes the field rules and HTTP bindings out, and with them the files that declare such options.

    Only servers act on them. Our copies of these files bear the published names, and a process has one descriptor
    pool: beside googleapis-common-protos the second `google/api/http.proto` would not load.
    """
    # Nothing here imports the extensions, so to this process the options are unknown fields.
    compiled.DiscardUnknownFields()
    plain = FileDescriptorSet()
    for file in compiled.file:
        if declares_options(file.name):
            continue
        file.dependency[:] = [name for name in file.dependency if not declares_options(name)]
        comments = [one for one in file.source_code_info.location if list(one.path[:1]) != [IMPORT]]
        file.ClearField("source_code_info")
        file.source_code_info.location.extend(comments)
        plain.file.append(file)
    return plain


def declares_options(name: str) -> bool:
    return name.startswith(("buf/", "google/api/"))


def make_packages(files: list[FileDescriptorProto], target: Path) -> None:
    """Gives every `toadlane.<area>.v1` an `__init__.py` that offers what its modules declare."""
    imports: dict[Path, list[str]] = {}
    for file in files:
        path = target / file.name
        lines = imports.setdefault(path.parent, [])
        declared = [one.name for kind in (file.message_type, file.enum_type) for one in kind]
        declared += [value.name for enum in file.enum_type for value in enum.value]
        lines += [f"from .{path.stem}_pb2 import {name} as {name}" for name in declared]
        for service in file.service:
            offered = (f"{service.name}Stub", f"{service.name}Servicer", f"add_{service.name}Servicer_to_server")
            lines += [f"from .{path.stem}_pb2_grpc import {name} as {name}" for name in offered]
        if not file.service:
            path.with_name(f"{path.stem}_pb2_grpc.py").unlink()
    for package, lines in imports.items():
        (package / "__init__.py").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (package.parent / "__init__.py").touch()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python generate.py PROTO_FOLDER TARGET_FOLDER")
    generate(Path(sys.argv[1]), Path(sys.argv[2]))
