"""The language model behind any OpenAI-compatible endpoint.

`errors` says what can go wrong; `wire` makes one call and alone knows openai; `replies` reads what
comes back, `counts` the figures in it; `weighing` says whose count is believed; `endpoint` has the
patience (retries, deadline, fallback, budget, one repair turn) and alone knows tenacity.
"""
