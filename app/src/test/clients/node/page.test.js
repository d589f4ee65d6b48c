// The Node snippets of Milvus's page "Load & Release", in the page's order, with the outputs it prints.
//
// Slips of the page, corrected here: `client.load_collection` is spelled `loadCollection` in the SDK, and
// `client.getCollectionLoadState` is `getLoadState`, which must be awaited; `res` is declared. The address is the
// server under test. The page starts from a collection `my_collection` with the fields `my_id` and `my_vector`.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MilvusClient, DataType } from '@zilliz/milvus2-sdk-node';
import { address as underTest, ok } from './sluice.js';

const address = underTest;
const token = 'root:Milvus';
const client = new MilvusClient({ address, token });
let res;

before(async () => {
  await ok(client.dropCollection({ collection_name: 'my_collection' }));
  await ok(
    client.createCollection({
      collection_name: 'my_collection',
      fields: [
        { name: 'my_id', data_type: DataType.Int64, is_primary_key: true },
        { name: 'my_vector', data_type: DataType.FloatVector, dim: 5 },
        { name: 'my_varchar', data_type: DataType.VarChar, max_length: 512 },
      ],
      enable_dynamic_field: true,
    })
  );
  await ok(
    client.createIndex({
      collection_name: 'my_collection',
      field_name: 'my_vector',
      index_type: 'AUTOINDEX',
      metric_type: 'COSINE',
    })
  );
});

after(async () => {
  await ok(client.dropCollection({ collection_name: 'my_collection' }));
  await client.closeConnection();
});

test('load a collection', async () => {
  // 7. Load the collection
  res = await client.loadCollection({
    collection_name: 'my_collection',
  });

  assert.equal(res.error_code, 'Success');

  res = await client.getLoadState({
    collection_name: 'my_collection',
  });

  assert.equal(res.state, 'LoadStateLoaded');
});

test('release a collection', async () => {
  // 8. Release the collection
  res = await client.releaseCollection({
    collection_name: 'my_collection',
  });

  assert.equal(res.error_code, 'Success');

  res = await client.getLoadState({
    collection_name: 'my_collection',
  });

  assert.equal(res.state, 'LoadStateNotLoad');
});

test('load specific fields', async () => {
  res = await client.loadCollection({
    collection_name: 'my_collection',
    load_fields: ['my_id', 'my_vector'], // Load only the specified fields
    skip_load_dynamic_field: true, // Skip loading the dynamic field
  });
  assert.equal(res.error_code, 'Success');

  const loadState = await client.getLoadState({
    collection_name: 'my_collection',
  });

  assert.equal(loadState.state, 'LoadStateLoaded');
});

test('only loaded fields can be filters and output fields', async () => {
  await ok(
    client.insert({
      collection_name: 'my_collection',
      data: [{ my_id: 1, my_vector: [1, 0, 0, 0, 0], my_varchar: 'one', color: 'red' }],
    })
  );

  res = await ok(client.query({ collection_name: 'my_collection', filter: 'my_id == 1', output_fields: ['*'] }));
  assert.deepEqual(res.data, [{ my_id: '1', my_vector: [1, 0, 0, 0, 0] }]);

  res = await client.query({ collection_name: 'my_collection', filter: 'my_id == 1', output_fields: ['my_varchar'] });
  assert.match(res.status.reason, /field my_varchar is not loaded/);

  res = await client.query({ collection_name: 'my_collection', filter: 'my_id == 1', output_fields: ['color'] });
  assert.match(res.status.reason, /field color cannot be returned since dynamic field not loaded/);

  res = await client.query({ collection_name: 'my_collection', filter: 'my_varchar == "one"', output_fields: ['my_id'] });
  assert.match(res.status.reason, /data_type:VarChar .*is not loaded/);

  res = await client.query({ collection_name: 'my_collection', filter: 'color == "red"', output_fields: ['my_id'] });
  assert.match(res.status.reason, /field color is dynamic but dynamic field is not loaded/);
});

test('other fields are loaded after a release', async () => {
  const fields = ['my_id', 'my_vector', 'my_varchar'];
  res = await client.loadCollectionAsync({ collection_name: 'my_collection', load_fields: fields });
  assert.match(res.reason, /can't change the load field list for loaded collection/);

  await ok(client.releaseCollection({ collection_name: 'my_collection' }));
  await ok(client.loadCollection({ collection_name: 'my_collection', load_fields: fields }));
  res = await ok(client.query({ collection_name: 'my_collection', filter: 'my_varchar == "one"', output_fields: ['color'] }));
  assert.deepEqual(res.data, [{ my_id: '1', $meta: { color: 'red' } }]);
});
