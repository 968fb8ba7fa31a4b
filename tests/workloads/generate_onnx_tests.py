"""Writes ONNX's own operator tests (models, inputs, expected outputs) below a folder.

The generator of Debian's python3-onnx uses numpy names that newer numpy versions dropped; they are put back first.
"""
import sys
import warnings

import numpy

warnings.simplefilter("ignore")
for name, kind in (("bool", bool), ("complex", complex), ("float", float), ("int", int), ("object", object)):
    if name not in numpy.__dict__:
        setattr(numpy, name, kind)

from onnx.backend.test import cmd_tools  # noqa: E402

sys.argv = ["cmd_tools", "generate-data", "-o", sys.argv[1]]
cmd_tools.main()
