# Verdict Desk for a server: the desk in a browser, workers, or any other command.
#   docker build --tag verdict-desk .
#   docker run --rm verdict-desk draft "Is the Great Wall visible from the Moon?"
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/verdict
WORKDIR /src
COPY requirements.lock ./
RUN /opt/verdict/bin/pip install --require-hashes --no-deps --requirement requirements.lock
COPY . .
RUN /opt/verdict/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /opt/verdict/bin/pip install --no-deps /wheels/*.whl

FROM python:3.11-slim-bookworm
RUN useradd --create-home --uid 10001 verdict && install --directory --owner verdict /data
COPY --from=build /opt/verdict /opt/verdict
ENV PATH=/opt/verdict/bin:$PATH PYTHONUNBUFFERED=1 \
    VERDICT_LIBRARY=/data/library VERDICT_SPENDING=/data/spending.sqlite3
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8800
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8800/api/v1/health', timeout=4)"]
ENTRYPOINT ["verdict"]
CMD ["serve", "--host", "0.0.0.0", "--no-open"]
