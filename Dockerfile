# Build: `docker build -t aggregated-api-exporter .`. The image holds the bundle and nothing else: no npm, no shell.
FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json ./
COPY scripts scripts
COPY src src
# Maps of the source are more than half of dist, and nothing reads them here: functions keep their names in stack traces.
RUN npm run build && find dist -name '*.map' -delete

FROM gcr.io/distroless/nodejs24-debian12:nonroot
WORKDIR /app
COPY --from=build /src/dist dist
COPY package.json LICENSE ./
USER 65532:65532
EXPOSE 9944
# V8 keeps what it may: the exporter needs far less than the default half of the machine.
ENV NODE_OPTIONS="--max-old-space-size=192"
HEALTHCHECK --interval=15s --timeout=5s --start-period=10s --retries=4 \
  CMD ["/nodejs/bin/node", "dist/main.js", "healthcheck"]
ENTRYPOINT ["/nodejs/bin/node", "dist/main.js"]
CMD ["serve"]
