# One image for every service: the command names the entry point, e.g. `services/gateway/main.ts`.
FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The optional packages are Node itself, for machines with an older one; this image has it.
RUN npm ci --omit=dev --omit=optional && npm cache clean --force

FROM node:24-slim
WORKDIR /app
ENV NODE_ENV=production NODE_COMPILE_CACHE=/tmp/node-compile-cache DATA_DIR=/data
COPY --from=dependencies /app/node_modules node_modules
COPY . .
# Standalone on SQLite keeps its file here; services on Kafka and Redis write nothing.
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
# kafkajs computes a negative timer on Node 24; harmless, and not worth a line at every start.
ENTRYPOINT ["node", "--disable-warning=TimeoutNegativeWarning"]
CMD ["services/standalone/main.ts", "serve"]
