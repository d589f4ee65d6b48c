// What every test of this folder shares: where the server is, and how an answer is judged.
//
// The Node SDK mostly answers with a status and sometimes throws one; `refused` takes both.

import assert from 'node:assert/strict';
import { MilvusClient } from '@zilliz/milvus2-sdk-node';

export const address = process.env.SLUICE_ADDRESS ?? 'localhost:19530';

export function connect(more = {}) {
  return new MilvusClient({ address, token: 'root:Milvus', ...more });
}

/** The answer, when the server took the call. */
export async function ok(call) {
  const answer = await call;
  const status = answer.status ?? answer;
  assert.equal(status.error_code, 'Success', status.reason);
  return answer;
}

/** The status of a call that the server must refuse: code, old code and the start of the text, as Milvus has them. */
export async function refused(call, { code, error, text }) {
  let answer;
  try {
    answer = await call;
  } catch (thrown) {
    answer = thrown;
  }
  if (answer instanceof Error) {
    assert.ok(answer.message.includes(text), `'${text}' is not in: ${answer.message}`);
    return answer;
  }
  const status = answer.status ?? answer;
  assert.notEqual(status.error_code, 'Success', `'${text}' was expected and the call succeeded`);
  assert.ok(status.reason.includes(text), `'${text}' is not in: ${status.reason}`);
  assert.equal(status.code, code, status.reason);
  if (error) {
    assert.equal(status.error_code, error, status.reason);
  }
  return status;
}

/** Creates, runs the body, and drops: a test leaves nothing behind, whatever happened in it. */
export async function withCollection(client, request, body) {
  const { collection_name } = request;
  await ok(client.dropCollection({ collection_name }));
  await ok(client.createCollection(request));
  try {
    await body(collection_name);
  } finally {
    await ok(client.dropCollection({ collection_name }));
  }
}

/** The float32 nearest to each number: what a FloatVector or a Float field gives back. */
export const float32 = (...numbers) => Array.from(new Float32Array(numbers));

/** The request for a collection with a key, a vector of 4 dimensions, a name and a year; without index. */
export const books = collection_name => ({
  collection_name,
  fields: [
    { name: 'id', data_type: 'Int64', is_primary_key: true },
    { name: 'vector', data_type: 'FloatVector', dim: 4 },
    { name: 'name', data_type: 'VarChar', max_length: 64 },
    { name: 'year', data_type: 'Int32' },
  ],
});
