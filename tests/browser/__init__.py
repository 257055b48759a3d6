"""The desk as an editor has it: a real server, a real browser."""
