"""The steps of a draft: plan, retrieve, draft, verify and repair."""
