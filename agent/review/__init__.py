"""Drafts under review: edited, verified again, approved and corrected, with a trail of it."""
