# The application's image: every process of ours (agi, listen, worker, voice, web) is this one with another word.
# The exchange has its own: asterisk-conf/Dockerfile.
FROM debian:bookworm-slim AS built
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates nodejs npm python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/hotline
COPY requirements.lock ./
RUN python3 -m venv .venv && .venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
RUN .venv/bin/pip install --no-cache-dir --no-deps -e . \
 && (cd admin_ui && npm ci --no-audit --no-fund && npm run vendor && rm -rf node_modules) \
 && .venv/bin/pybabel -q compile -d admin_ui/translations \
 && .venv/bin/python -m compileall -q hotline knowledge_base recordings dispatch agi ami_listener admin_ui cli \
 && bin/voice /opt/hotline/.voice \
 && .venv/bin/python -c "from pathlib import Path; from hotline.voice import phonemes; phonemes.load_dictionary(Path('.voice'))" \
 && chmod a+r .voice/*

FROM debian:bookworm-slim AS hotline
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates python3 tzdata \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10128 --no-create-home --shell /usr/sbin/nologin hotline
COPY --from=built /opt/hotline /opt/hotline
ENV PATH=/opt/hotline/.venv/bin:$PATH \
    HOTLINE_VOICE_FOLDER=/opt/hotline/.voice
WORKDIR /opt/hotline
USER hotline
ENTRYPOINT ["hotline"]
CMD ["--help"]

# Callers for a first trial: `docker compose run --rm sipp`.
FROM debian:bookworm-slim AS sipp
RUN apt-get update \
 && apt-get install -y --no-install-recommends sip-tester \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /tmp
ENTRYPOINT ["sipp"]

# The last stage is what a plain `docker build` makes.
FROM hotline
