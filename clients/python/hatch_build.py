"""Puts the modules generated from the contract into wheel and sdist; none of them is checked in.

In the repository the contract is `../../proto`. An sdist has no such folder, so it carries the modules themselves.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Where they lie in an sdist.
CARRIED = "generated"


class GenerateHook(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        place = {"sdist": f"{CARRIED}/toadlane", "wheel": "toadlane"}[self.target_name]
        build_data["force_include"][str(self.modules() / "toadlane")] = place

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()

    def modules(self) -> Path:
        """The folder of the modules: newly made from the contract, or as the sdist carries them."""
        root = Path(self.root)
        proto, carried = root.parent.parent / "proto", root / CARRIED
        if (root / "PKG-INFO").exists() and carried.is_dir():
            return carried
        if not (proto / "toadlane").is_dir():
            raise FileNotFoundError(f"no contract in {proto}: build from a checkout of the repository or from an sdist")
        # The hook is loaded by its path, so its neighbour is not importable of itself.
        sys.path.insert(0, self.root)
        try:
            from generate import generate
        finally:
            sys.path.remove(self.root)
        self.folder = tempfile.TemporaryDirectory()
        generate(proto, Path(self.folder.name))
        return Path(self.folder.name)
