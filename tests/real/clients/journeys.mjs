// Plays journeys with one major version of the `openai` package; the same jobs as journeys.py.
//
// usage: node journeys.mjs FOLDER PACKAGE  (node_modules' folder, alias of the package)
// Reads {"base_url", "key", "journeys"} from standard input, writes {name: outcome}.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const [folder, name] = process.argv.slice(2);
const load = createRequire(`${folder}/`);
const { OpenAI } = load(name);
const { makeParseableResponseFormat } = load(`${name}/lib/parser`);

const PLACE = {
  type: "json_schema",
  json_schema: {
    name: "Place",
    strict: true,
    schema: {
      type: "object",
      properties: { city: { type: "string" }, degrees: { type: "integer" } },
      required: ["city", "degrees"],
      additionalProperties: false,
    },
  },
};

const told = (value) => JSON.parse(JSON.stringify(value));

const failure = (error) => ({
  class: error.constructor.name,
  status_code: error.status,
  code: error.code,
  type: error.type,
  param: error.param,
  message: error.message,
  body: error.error,
  request_id: error.requestID ?? error.request_id,
});

// Version 4 keeps the parsing and streaming jobs under `beta`.
const chat = (client) =>
  typeof client.chat.completions.parse === "function"
    ? client.chat.completions
    : client.beta.chat.completions;

async function collect(answer, chunks, most = Infinity) {
  for await (const chunk of answer) {
    chunks.push(told(chunk));
    if (chunks.length >= most) break;
  }
}

async function open(client, args) {
  const asked = client.chat.completions.create({ ...args, stream: true });
  const { data, response } = await asked.withResponse();
  return { data, headers: Object.fromEntries(response.headers) };
}

const DO = {
  async create(client, { args }) {
    return { value: told(await client.chat.completions.create(args)) };
  },

  async heads(client, { args }) {
    const { data, response } = await client.chat.completions.create(args).withResponse();
    return { headers: Object.fromEntries(response.headers), value: told(data) };
  },

  async stream(client, { args }) {
    const { data: answer, headers } = await open(client, args);
    const seen = { chunks: [], headers };
    try {
      await collect(answer, seen.chunks);
    } catch (error) {
      if (error instanceof OpenAI.APIError) seen.error = failure(error);
      else seen.broken = error.constructor.name;
    }
    return seen;
  },

  async helper(client, { args }) {
    const kinds = new Set();
    const events = chat(client).stream(args);
    for (const kind of ["chunk", "content", "finalMessage", "refusal.done"]) {
      events.on(kind, () => kinds.add(kind));
    }
    const value = told(await events.finalChatCompletion());
    return { kinds: [...kinds].sort(), value };
  },

  async parse(client, { args }) {
    const format = makeParseableResponseFormat(PLACE, (text) => JSON.parse(text));
    const value = await chat(client).parse({ ...args, response_format: format });
    const { message, finish_reason } = value.choices[0];
    return { parsed: message.parsed, refusal: message.refusal ?? null, finish_reason };
  },

  async leave(client, { args, after }) {
    const chunks = [];
    const { data: answer, headers } = await open(client, args);
    await collect(answer, chunks, after);
    answer.controller.abort();
    return { chunks, headers };
  },

  async models(client) {
    return { value: told((await client.models.list()).data) };
  },

  async embed(client, { args }) {
    return { value: told(await client.embeddings.create(args)) };
  },

  async together(client, { args, times }) {
    const one = async () => told(await client.chat.completions.create(args));
    const streamed = async () => {
      const chunks = [];
      await collect(await client.chat.completions.create({ ...args, stream: true }), chunks);
      return chunks;
    };
    const calls = Array.from({ length: times }, one);
    const running = Array.from({ length: times }, streamed);
    const [values, streams] = await Promise.all([Promise.all(calls), Promise.all(running)]);
    return { values, streams };
  },
};

async function play(base, step) {
  const client = base.withOptions
    ? base.withOptions({ maxRetries: step.retries ?? 2 })
    : new OpenAI({ ...settings, maxRetries: step.retries ?? 2 });
  try {
    return await DO[step.do](client, step);
  } catch (error) {
    if (error instanceof OpenAI.OpenAIError) return { error: failure(error) };
    throw error;
  }
}

const asked = JSON.parse(readFileSync(0, "utf8"));
const settings = { baseURL: asked.base_url, apiKey: asked.key, timeout: 30_000 };
const client = new OpenAI(settings);
const outcome = {};
for (const step of asked.journeys) outcome[step.name] = await play(client, step);
process.stdout.write(JSON.stringify(outcome), () => process.exit(0));
