# The images of compose.yaml, all on Debian's base and packages. Where no registry can be reached, `bin/base` makes that
# base first. The application's image serves every process of ours (agi, listen, worker, …) with another word.
# The exchange has its own: asterisk-conf/Dockerfile.
FROM debian:bookworm-slim AS built
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates nodejs npm python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*
# All that fetches over TLS trusts what Debian trusts.
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt \
    NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
WORKDIR /opt/hotline
# From what changes least to what changes most: a new version of the program fetches nothing again.
COPY requirements.lock ./
RUN python3 -m venv .venv && .venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY admin_ui/package.json admin_ui/package-lock.json admin_ui/vendor.mjs admin_ui/
RUN cd admin_ui && npm ci --omit=dev --no-audit --no-fund && npm run vendor && rm -rf node_modules
COPY bin/voice bin/hearing bin/
COPY hotline/__init__.py hotline/
COPY hotline/voice hotline/voice
COPY hotline/hearing hotline/hearing
RUN bin/hearing /opt/hotline/.hearing && chmod -R a+rX .hearing
RUN bin/voice /opt/hotline/.voice \
 && .venv/bin/python -c "from pathlib import Path; from hotline.voice import phonemes; phonemes.load_dictionary(Path('.voice'))" \
 && chmod a+r .voice/*
# Locked together with the rest, but of no use where it runs: the tools of who develops, and the models' parts that
# were joined above.
COPY pyproject.toml compose/unneeded.py ./
RUN .venv/bin/python unneeded.py | xargs .venv/bin/pip uninstall --yes --quiet && rm unneeded.py
COPY . .
RUN .venv/bin/pip install --no-cache-dir --no-deps -e . \
 && .venv/bin/pybabel -q compile -d admin_ui/translations \
 && .venv/bin/python -m compileall -q hotline knowledge_base recordings dispatch agi ami_listener admin_ui cli

FROM debian:bookworm-slim AS hotline
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates fonts-noto-cjk python3 tzdata \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10128 --user-group --no-create-home --shell /usr/sbin/nologin hotline
COPY --from=built /opt/hotline /opt/hotline
ENV PATH=/opt/hotline/.venv/bin:$PATH \
    HOTLINE_VOICE_FOLDER=/opt/hotline/.voice \
    HOTLINE_HEARING_FOLDER=/opt/hotline/.hearing
WORKDIR /opt/hotline
USER hotline
ENTRYPOINT ["hotline"]
CMD ["--help"]

# Their users have fixed numbers: the files in the volumes belong to them whatever is built later.
FROM debian:bookworm-slim AS postgres
RUN useradd --uid 10128 --user-group --no-create-home --shell /usr/sbin/nologin hotline \
 && useradd --uid 10129 --user-group --no-create-home --home-dir /var/lib/postgresql --shell /bin/sh postgres \
 && mkdir -p /etc/postgresql-common \
 && echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf \
 && apt-get update \
 && apt-get install -y --no-install-recommends postgresql-15 \
 && rm -rf /var/lib/apt/lists/* /var/lib/postgresql /run/postgresql \
 && install -d -o postgres -g postgres -m 700 /var/lib/postgresql \
 && install -d -o postgres -g postgres -m 755 /run/postgresql
COPY compose/postgres /usr/local/bin/start-postgres
USER postgres
WORKDIR /var/lib/postgresql
STOPSIGNAL SIGINT
ENTRYPOINT ["start-postgres"]

FROM debian:bookworm-slim AS redis
RUN useradd --uid 10130 --user-group --no-create-home --home-dir /var/lib/redis --shell /usr/sbin/nologin redis \
 && apt-get update \
 && apt-get install -y --no-install-recommends redis-server \
 && rm -rf /var/lib/apt/lists/* /var/lib/redis /run/redis \
 && install -d -o redis -g redis -m 700 /var/lib/redis \
 && install -d -o redis -g redis -m 755 /run/redis
USER redis
WORKDIR /var/lib/redis
ENTRYPOINT ["redis-server"]

# Spreads calls over several exchanges (profile `cluster`); its configuration lies in the folder.
FROM debian:bookworm-slim AS kamailio
RUN useradd --uid 10128 --user-group --no-create-home --shell /usr/sbin/nologin hotline \
 && apt-get update \
 && apt-get install -y --no-install-recommends kamailio \
 && rm -rf /var/lib/apt/lists/*
USER hotline
ENTRYPOINT ["kamailio"]

# Callers for a first trial: `docker compose run --rm sipp`.
FROM debian:bookworm-slim AS sipp
RUN apt-get update \
 && apt-get install -y --no-install-recommends sip-tester \
 && rm -rf /var/lib/apt/lists/*
COPY compose/caller.xml /opt/
USER nobody
WORKDIR /tmp
ENTRYPOINT ["sipp"]

# The last stage is what a plain `docker build` makes.
FROM hotline
