"""Outcomes into figures: which metrics a part of a suite is measured by, and how they add up."""
