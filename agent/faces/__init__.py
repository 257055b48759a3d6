"""Thin faces: parse a request, call the desk, render, map failures. No rules live here."""
