# Build: `docker build -t aggregated-api-exporter .`, or without an engine `npm run image` (docs/operations.md): both read this file.
# The image holds the bundle and nothing else: no npm, no shell. Bases are of several architectures and named by digest; the bundle is the same on
# all, and is made on that of the builder.
FROM --platform=$BUILDPLATFORM node:24-bookworm-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6 AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json LICENSE ./
COPY scripts scripts
COPY src src
RUN npm run app -- /app

FROM gcr.io/distroless/nodejs24-debian12:nonroot@sha256:14d42e2511532589a7c7e01a753667a74fcc96266e137e8125006b87b0c32d0a
WORKDIR /app
COPY --from=build /app ./
USER 65532:65532
EXPOSE 9944
# V8 keeps what it may: the exporter needs far less than the default half of the machine.
ENV NODE_OPTIONS="--max-old-space-size=192"
LABEL org.opencontainers.image.title="aggregated-api-exporter"
LABEL org.opencontainers.image.description="Names why Kubernetes aggregated APIs fail, how sure it is, and what to do"
LABEL org.opencontainers.image.licenses="Apache-2.0"
HEALTHCHECK --interval=15s --timeout=5s --start-period=10s --retries=4 \
  CMD ["/nodejs/bin/node", "dist/main.js", "healthcheck"]
ENTRYPOINT ["/nodejs/bin/node", "dist/main.js"]
CMD ["serve"]
