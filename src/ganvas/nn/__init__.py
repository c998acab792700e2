"""Blocks that networks are built from; torch only."""
