"""The language model behind any OpenAI-compatible endpoint.

`errors` says what can go wrong; `dialect` writes a call as the endpoint takes it; `wire` makes one
call and alone knows openai; `replies` reads what comes back, and the figures in it; `budget` holds
the limits; `client` has the patience (retries, deadline, other models, one repair turn) and alone
knows tenacity; `context` packs the evidence.
"""
