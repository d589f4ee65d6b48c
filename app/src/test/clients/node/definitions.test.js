// Collections, indexes, partitions, aliases and databases, their load states, and what is refused of them.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { DataType } from '@zilliz/milvus2-sdk-node';
import { books, connect, ok, refused, withCollection } from './sluice.js';

const client = connect();
const collection_name = 'definitions_node';

after(() => client.closeConnection());

const state = async (partition_names, name = collection_name) =>
  (await ok(client.getLoadState({ collection_name: name, partition_names }))).state;
const load = (more = {}) => client.loadCollection({ collection_name, ...more });
const release = () => ok(client.releaseCollection({ collection_name }));
const index = (field_name, more) => ok(client.createIndex({ collection_name, field_name, ...more }));
const auto = { index_type: 'AUTOINDEX', metric_type: 'COSINE' };

test('create quickly: loaded, with an automatic index', async () => {
  await withCollection(client, { collection_name, dimension: 4 }, async () => {
    assert.equal(await state(), 'LoadStateLoaded');
    assert.equal((await ok(client.hasCollection({ collection_name }))).value, true);

    const described = await ok(client.describeCollection({ collection_name }));
    assert.deepEqual(described.schema.fields.map(field => field.name), ['id', 'vector']);
    assert.equal(described.schema.enable_dynamic_field, true);
    assert.notEqual(described.collectionID, '0');

    const indexes = await ok(client.describeIndex({ collection_name }));
    assert.equal(indexes.index_descriptions.length, 1);
    const params = Object.fromEntries(indexes.index_descriptions[0].params.map(param => [param.key, param.value]));
    assert.equal(params.index_type, 'AUTOINDEX');
    assert.equal(params.metric_type, 'COSINE');
    assert.equal(indexes.index_descriptions[0].state, 'Finished');

    const shown = await ok(client.showCollections({ type: 1 }));
    assert.equal(shown.data.find(one => one.name === collection_name).loadedPercentage, '100');
  });
});

test('create with schema and the indexes of the page: described as given', async () => {
  await withCollection(
    client,
    {
      collection_name,
      fields: [
        { name: 'my_id', data_type: DataType.Int64, is_primary_key: true, description: 'the key' },
        { name: 'my_vector', data_type: DataType.FloatVector, dim: 5 },
        { name: 'my_varchar', data_type: DataType.VarChar, max_length: 512 },
      ],
      enable_dynamic_field: true,
      index_params: [
        { field_name: 'my_id', index_type: 'STL_SORT' },
        { field_name: 'my_vector', index_type: 'AUTOINDEX', metric_type: 'COSINE' },
      ],
    },
    async () => {
      assert.equal(await state(), 'LoadStateLoaded');
      const described = await ok(client.describeCollection({ collection_name }));
      const [id, vector, varchar] = described.schema.fields;
      assert.deepEqual([id.name, id.is_primary_key, id.description], ['my_id', true, 'the key']);
      assert.deepEqual([vector.name, vector.data_type, vector.dim], ['my_vector', 'FloatVector', '5']);
      assert.deepEqual([varchar.name, varchar.data_type, varchar.max_length], ['my_varchar', 'VarChar', '512']);
      const { indexes } = await ok(client.listIndexes({ collection_name }));
      assert.deepEqual(indexes.sort(), ['my_id', 'my_vector']);
    }
  );
});

test('an index with a name: described, kept while loaded, dropped', async () => {
  await withCollection(client, books(collection_name), async () => {
    await refused(client.describeIndex({ collection_name }), { code: 700, error: 'IndexNotExist', text: 'index not found' });
    await index('vector', {
      index_name: 'by_vector',
      index_type: 'HNSW',
      metric_type: 'L2',
      params: { M: 16, efConstruction: 100 },
    });
    const { index_descriptions } = await ok(client.describeIndex({ collection_name, index_name: 'by_vector' }));
    const params = Object.fromEntries(index_descriptions[0].params.map(param => [param.key, param.value]));
    assert.equal(index_descriptions[0].index_name, 'by_vector');
    assert.deepEqual([params.index_type, params.metric_type], ['HNSW', 'L2']);
    assert.deepEqual([params.M, params.efConstruction], ['16', '100']);

    await ok(load());
    await refused(client.dropIndex({ collection_name, index_name: 'by_vector' }), {
      code: 1100,
      text: 'vector index cannot be dropped on loaded collection',
    });
    await release();
    await ok(client.dropIndex({ collection_name, index_name: 'by_vector' }));
    await refused(load(), { code: 700, text: `index not found[collection=${collection_name}]` });
  });
});

test('rename and alter: the rest stays', async () => {
  const renamed = `${collection_name}_new`;
  await ok(client.dropCollection({ collection_name: renamed }));
  await withCollection(client, books(collection_name), async () => {
    await index('vector', auto);
    await ok(load());
    await ok(client.alterCollectionProperties({ collection_name, properties: { 'collection.ttl.seconds': 86400 } }));
    const described = await ok(client.describeCollection({ collection_name }));
    assert.ok(described.properties.some(one => one.key === 'collection.ttl.seconds' && one.value === '86400'));
    await ok(client.renameCollection({ collection_name, new_collection_name: renamed }));
    assert.equal((await client.hasCollection({ collection_name })).value, false);
    assert.equal(await state(undefined, renamed), 'LoadStateLoaded');
  });
  await ok(client.dropCollection({ collection_name: renamed }));
});

test('partitions: loaded one by one, each with its state', async () => {
  await withCollection(client, books(collection_name), async () => {
    await index('vector', auto);
    const create = partition_name => ok(client.createPartition({ collection_name, partition_name }));
    const releasePartitions = (...partition_names) => ok(client.releasePartitions({ collection_name, partition_names }));
    await create('red');
    await create('blue');
    assert.equal((await ok(client.hasPartition({ collection_name, partition_name: 'red' }))).value, true);
    const shown = await ok(client.showPartitions({ collection_name }));
    assert.deepEqual([...shown.partition_names].sort(), ['_default', 'blue', 'red']);

    await ok(client.loadPartitionsSync({ collection_name, partition_names: ['red'] }));
    assert.equal(await state(['red']), 'LoadStateLoaded');
    assert.equal(await state(['blue']), 'LoadStateNotLoad');
    assert.equal(await state(), 'LoadStateLoaded');
    const loaded = await ok(client.showPartitions({ collection_name, type: 1 }));
    assert.deepEqual(loaded.partition_names, ['red']);
    await create('late');
    assert.equal(await state(['late']), 'LoadStateNotLoad');

    await ok(load());
    assert.equal(await state(['blue']), 'LoadStateLoaded');
    await create('green');
    assert.equal(await state(['green']), 'LoadStateLoaded');
    await refused(client.dropPartition({ collection_name, partition_name: 'green' }), {
      code: 65535,
      text: 'partition cannot be dropped, partition is loaded, please release it first',
    });
    await releasePartitions('green');
    await releasePartitions('green');
    await ok(client.dropPartition({ collection_name, partition_name: 'green' }));
    await releasePartitions('red', 'blue', 'late', '_default');
    assert.equal(await state(), 'LoadStateNotLoad');
  });
});

test('aliases: in place of the name', async () => {
  const alias = `${collection_name}_alias`;
  await withCollection(client, books(collection_name), async () => {
    await index('vector', auto);
    await ok(client.createAlias({ collection_name, alias }));
    assert.equal((await ok(client.describeAlias({ collection_name, alias }))).collection, collection_name);
    assert.deepEqual((await ok(client.listAliases({ collection_name }))).aliases, [alias]);
    await ok(client.loadCollection({ collection_name: alias }));
    assert.equal(await state(), 'LoadStateLoaded');
    await ok(client.releaseCollection({ collection_name: alias }));
    assert.equal(await state(undefined, alias), 'LoadStateNotLoad');
    await ok(client.dropAlias({ alias }));
    await refused(client.describeAlias({ collection_name, alias }), {
      code: 1600,
      text: `alias not found[database=default][alias=${alias}]`,
    });
  });
});

test('databases: the same name in two is two collections', async () => {
  const db_name = 'walk_node';
  const inOther = connect({ database: db_name });
  try {
    if ((await ok(client.listDatabases())).db_names.includes(db_name)) {
      await ok(inOther.dropCollection({ collection_name }));
      await ok(client.dropDatabase({ db_name }));
    }
    await ok(client.createDatabase({ db_name }));
    await withCollection(client, { collection_name, dimension: 4 }, async () => {
      await withCollection(inOther, books(collection_name), async () => {
        assert.equal(await state(), 'LoadStateLoaded');
        assert.equal((await ok(inOther.getLoadState({ collection_name }))).state, 'LoadStateNotLoad');
        assert.equal((await ok(client.getLoadState({ collection_name, db_name }))).state, 'LoadStateNotLoad');
        assert.deepEqual((await ok(inOther.showCollections())).data.map(one => one.name), [collection_name]);
        assert.notEqual((await client.dropDatabase({ db_name })).error_code, 'Success');
      });
    });
    await ok(client.dropDatabase({ db_name }));
    await refused(inOther.showCollections(), { code: 800, text: `database not found[database=${db_name}]` });
  } finally {
    await inOther.closeConnection();
  }
});

test('bad cases of load and release', async () => {
  const missing = { code: 100, error: 'CollectionNotExists', text: `collection not found[database=default][collection=${collection_name}]` };
  await ok(client.dropCollection({ collection_name }));
  await refused(client.loadCollectionAsync({ collection_name }), missing);
  await refused(client.releaseCollection({ collection_name }), missing);
  await refused(client.getLoadingProgress({ collection_name }), missing);
  assert.equal(await state(), 'LoadStateNotExist');
  await refused(client.loadCollectionAsync({ collection_name: '1bad' }), {
    code: 1100,
    error: 'IllegalArgument',
    text: 'Invalid collection name: 1bad. the first character of a collection name must be an underscore or letter: invalid parameter',
  });

  await withCollection(client, books(collection_name), async () => {
    const loading = more => client.loadCollectionAsync({ collection_name, ...more });
    const partitions = (...partition_names) => client.loadPartitions({ collection_name, partition_names });
    const noIndex = { code: 700, error: 'IndexNotExist', text: `index not found[collection=${collection_name}]` };
    const noPartition = { code: 200, error: 'MetaFailed', text: 'partition not found[partition=nowhere]' };
    await refused(loading(), noIndex);
    await refused(partitions('_default'), noIndex);
    await index('vector', auto);
    await refused(client.getLoadingProgress({ collection_name }), { code: 101, text: 'collection not loaded' });
    await refused(client.refreshLoad({ collection_name }), { code: 101, text: 'collection not loaded' });
    await refused(loading({ load_fields: ['vector'] }), {
      code: 1100,
      text: 'load field list [vector] does not contain primary key field id: invalid parameter',
    });
    await refused(loading({ load_fields: ['id', 'name'] }), { code: 1100, text: 'does not contain vector field' });
    await refused(loading({ replica_number: 3 }), {
      code: 12,
      text: 'service resource insufficient[currentStreamingNode=1][expectedStreamingNode=3]',
    });
    await refused(loading({ resource_groups: ['nowhere'] }), { code: 300, text: 'resource group not found[rg=nowhere]' });
    await refused(loading({ resource_groups: ['a', 'b', 'c'], replica_number: 1 }), {
      code: 1100,
      text: 'resource group num can only be 0, 1 or same as replica number',
    });
    await refused(partitions('nowhere'), noPartition);
    await refused(client.releasePartitions({ collection_name, partition_names: ['nowhere'] }), noPartition);
    await refused(client.getLoadState({ collection_name, partition_names: ['nowhere'] }), noPartition);
    assert.equal(await state(), 'LoadStateNotLoad');

    await release();
    await ok(load());
    await ok(load());
    assert.equal((await ok(client.getLoadingProgress({ collection_name }))).progress, '100');
    await ok(client.refreshLoad({ collection_name }));
    await refused(loading({ load_fields: ['id', 'vector'] }), {
      code: 1100,
      text: "can't change the load field list for loaded collection",
    });
    for (const [property, text] of [
      ['mmap.enabled', 'can not alter mmap properties if collection loaded'],
      ['warmup.vectorIndex', 'can not alter warmup properties if collection loaded'],
    ]) {
      const value = property === 'mmap.enabled' ? 'true' : 'sync';
      await refused(client.alterCollectionProperties({ collection_name, properties: { [property]: value } }), { code: 104, text });
    }
    await ok(client.releasePartitions({ collection_name, partition_names: ['_default'] }));
    await refused(client.getLoadingProgress({ collection_name }), { code: 101, text: 'collection not loaded' });
  });
});
