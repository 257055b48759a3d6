"""Record the cassettes anew: `python -m tests.replay.record`."""

from retrieval.endpoint import EndpointEmbedder
from tests.replay import CASSETTES, player
from tests.replay.loopback import Reply, endpoint

PORT = 18_765
TEXTS = ("The council voted 38 to 6.", "Der Rat stimmte dafür.", "")
CASSETTE = "embeddings.yaml"


def embedder() -> EndpointEmbedder:
    """The embedder as it was when the cassette was recorded."""
    url = f"http://127.0.0.1:{PORT}/v1"
    return EndpointEmbedder(url, "not-a-real-key", "text-embedding-3-small", dimension=8)


def main() -> None:
    """Ask an endpoint on this machine, which first says that it is busy."""
    (CASSETTES / CASSETTE).unlink(missing_ok=True)
    busy = Reply(429, {"error": {"message": "busy"}}, {"retry-after": "0"})
    with endpoint([busy], PORT), player("all").use_cassette(CASSETTE):
        embedder().embed(TEXTS)


if __name__ == "__main__":
    main()
