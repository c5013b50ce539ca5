"""The models that find and read faces, each behind a port of gate.ports."""
