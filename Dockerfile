# Sluice in one image: the server binary and nothing else it does not need.
#   docker build -t sluice .

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
# The web app comes first: the server embeds it.
# The caches outlive a failed or changed build; the binary is copied out because the cache is not part of the image.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo xtask release \
    && cp target/release/sluice /usr/local/bin/sluice

FROM debian:bookworm-slim
# Certificates for the model providers; everything else is in the binary.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin sluice \
    && install -d -o sluice -g sluice -m 0700 /data
COPY --from=build /usr/local/bin/sluice /usr/local/bin/sluice
USER sluice
WORKDIR /data
VOLUME /data
EXPOSE 8080
# Bash speaks TCP by itself, so the image needs neither curl nor wget.
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["bash", "-c", \
    "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /healthz HTTP/1.0\\r\\nHost: 127.0.0.1:8080\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '"]
ENTRYPOINT ["sluice"]
# Loopback on purpose: without an API key the server refuses any other address.
# Use the host's network (`docker run --network host`), as docker-compose.yml does.
CMD ["serve", "--listen", "127.0.0.1:8080", "--data-dir", "/data"]
