// Rows of every type in and out, the reads over them, and what is refused of reads.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { DataType, RRFRanker, WeightedRanker } from '@zilliz/milvus2-sdk-node';
import { books, connect, float32, ok, refused, withCollection } from './sluice.js';

const client = connect();
const collection_name = 'rows_node';
const query_vector = [1, 0, 0, 0];

after(() => client.closeConnection());

const indexed = (request, ...fields) => ({
  ...request,
  index_params: fields.map(field_name => ({ field_name, index_type: 'AUTOINDEX', metric_type: 'COSINE' })),
});
const insert = data => ok(client.insert({ collection_name, data }));
const query = (filter, output_fields, more = {}) => client.query({ collection_name, filter, output_fields, ...more });
const rows = async (...request) => (await ok(query(...request))).data;
const search = more => client.search({ collection_name, data: query_vector, ...more });
const ids = async more => (await ok(search({ limit: 5, output_fields: ['id'], ...more }))).results.map(hit => hit.id);

// At the angles 0, acos 0.8 and 90 degrees to the first axis.
const three = [
  { id: 1, vector: [1, 0, 0, 0], name: 'one', year: 2001 },
  { id: 2, vector: [0.8, 0.6, 0, 0], name: 'two', year: 2002 },
  { id: 3, vector: [0, 1, 0, 0], name: 'three', year: 2003 },
];

test('every type comes back as it went, growing and sealed', async () => {
  const scalars = ['Bool', 'Int8', 'Int16', 'Int32', 'Int64', 'Float', 'Double'];
  const fields = [
    { name: 'id', data_type: DataType.Int64, is_primary_key: true },
    { name: 'vector', data_type: DataType.FloatVector, dim: 4 },
    ...scalars.map(type => ({ name: `f_${type}`, data_type: DataType[type] })),
    { name: 'f_VarChar', data_type: DataType.VarChar, max_length: 200 },
    { name: 'f_JSON', data_type: DataType.JSON },
    ...scalars.map(type => ({
      name: `a_${type}`,
      data_type: DataType.Array,
      element_type: DataType[type],
      max_capacity: 8,
    })),
    { name: 'a_VarChar', data_type: DataType.Array, element_type: DataType.VarChar, max_length: 50, max_capacity: 8 },
  ];
  const least = {
    id: '-9223372036854775808',
    vector: float32(1.5, -0.25, 3.4028234663852886e38, 1.401298464324817e-45),
    f_Bool: true,
    f_Int8: -128,
    f_Int16: -32768,
    f_Int32: -2147483648,
    f_Int64: '-9223372036854775808',
    f_Float: Math.fround(0.1),
    f_Double: Number.MIN_VALUE,
    f_VarChar: '',
    f_JSON: { deep: { list: [1, 'two', null, 4.5] }, größe: 'äöü' },
    a_Bool: [true, false],
    a_Int8: [-128, 127],
    a_Int16: [-32768, 32767],
    a_Int32: [-2147483648, 2147483647],
    a_Int64: ['-9223372036854775808', '9223372036854775807'],
    a_Float: float32(0.1, -0.2),
    a_Double: [0.1, -0.2],
    a_VarChar: ['', '日本語'],
  };
  const most = {
    id: '9223372036854775807',
    vector: [0, 0, 0, 1],
    f_Bool: false,
    f_Int8: 127,
    f_Int16: 32767,
    f_Int32: 2147483647,
    f_Int64: '9223372036854775807',
    f_Float: 3.4028234663852886e38,
    f_Double: Number.MAX_VALUE,
    f_VarChar: '日本語 🚀 "quoted"',
    f_JSON: {},
    a_Bool: [],
    a_Int8: [],
    a_Int16: [],
    a_Int32: [],
    a_Int64: [],
    a_Float: [],
    a_Double: [],
    a_VarChar: [],
  };
  const request = indexed({ collection_name, fields, enable_dynamic_field: true }, 'vector');
  await withCollection(client, request, async () => {
    const inserted = await insert([least, { ...most, color: 'red', tags: { n: 1 } }]);
    assert.equal(inserted.insert_cnt, '2');
    assert.deepEqual(inserted.IDs.int_id.data, [least.id, most.id]);
    assert.deepEqual(inserted.succ_index, [0, 1]);

    const check = async () => {
      const names = fields.map(field => field.name);
      assert.deepEqual(await rows('id != 0', names), [least, most]);
      const $meta = { color: 'red', tags: { n: 1 } }; // The SDK leaves it whole in answers to a query.
      assert.deepEqual(await rows('color == "red"', ['color', 'tags']), [{ $meta, id: most.id }]);
      const [all] = await rows(`id == ${most.id}`, ['*']);
      assert.deepEqual(all, { ...most, $meta });
      const { results } = await ok(search({ limit: 1, filter: 'tags["n"] == 1', output_fields: ['id', 'color', 'tags'] }));
      assert.deepEqual(results.map(({ score, ...hit }) => hit), [{ id: most.id, color: 'red', tags: { n: 1 } }]);
    };
    await check();
    await ok(client.flushSync({ collection_names: [collection_name] }));
    await ok(client.releaseCollection({ collection_name }));
    await ok(client.loadCollection({ collection_name }));
    await check();
  });
});

test('nulls, defaults, automatic and VARCHAR keys', async () => {
  const fields = [
    { name: 'key', data_type: DataType.VarChar, max_length: 32, is_primary_key: true, autoID: true },
    { name: 'vector', data_type: DataType.FloatVector, dim: 2 },
    { name: 'maybe', data_type: DataType.Int32, nullable: true },
    { name: 'page', data_type: DataType.Int64, default_value: 7 },
    { name: 'word', data_type: DataType.VarChar, max_length: 16, nullable: true, default_value: 'none' },
    { name: 'json', data_type: DataType.JSON, nullable: true },
    { name: 'numbers', data_type: DataType.Array, element_type: DataType.Int64, max_capacity: 4, nullable: true },
  ];
  await withCollection(client, indexed({ collection_name, fields }, 'vector'), async () => {
    const inserted = await insert([
      { vector: [1, 0], maybe: null },
      { vector: [0, 1], maybe: 5, page: 9, word: 'some', json: [1], numbers: [4] },
    ]);
    const [first, second] = inserted.IDs.str_id.data;
    assert.notEqual(first, second);
    assert.deepEqual(await rows('maybe is null', ['*']), [
      { key: first, vector: [1, 0], maybe: null, page: '7', word: 'none', json: null, numbers: null },
    ]);
    assert.deepEqual(await rows('maybe is not null', ['*']), [
      { key: second, vector: [0, 1], maybe: 5, page: '9', word: 'some', json: [1], numbers: ['4'] },
    ]);
    assert.equal((await ok(client.delete({ collection_name, ids: [first] }))).delete_cnt, '1');
    assert.deepEqual(await rows('', ['key'], { limit: 9 }), [{ key: second }]);
  });
});

test('insert, upsert and delete are read at once', async () => {
  await withCollection(client, indexed(books(collection_name), 'vector'), async () => {
    await insert(three);
    const upserted = await ok(
      client.upsert({
        collection_name,
        data: [
          { id: 1, vector: [1, 0, 0, 0], name: 'one again', year: 2030 },
          { id: 4, vector: [0, 0, 0, 1], name: 'four', year: 2004 },
        ],
      })
    );
    assert.equal(upserted.upsert_cnt, '2');
    assert.equal((await ok(client.count({ collection_name }))).data, 4);
    const got = await ok(client.get({ collection_name, ids: [1, 4], output_fields: ['name'] }));
    assert.deepEqual(got.data, [{ name: 'one again', id: '1' }, { name: 'four', id: '4' }]);

    await ok(client.delete({ collection_name, ids: [1] }));
    await ok(client.delete({ collection_name, filter: 'year < 2003' }));
    assert.deepEqual(await rows('id > 0', ['id']), [{ id: '3' }, { id: '4' }]);
    await ok(client.flushSync({ collection_names: [collection_name] }));
    assert.deepEqual(await rows('id > 0', ['id']), [{ id: '3' }, { id: '4' }]);
    const { stats } = await ok(client.getCollectionStatistics({ collection_name }));
    assert.equal(stats[0].key, 'row_count');
  });
});

test('search: filter, output fields, template, offset, range, several queries', async () => {
  await withCollection(client, indexed(books(collection_name), 'vector'), async () => {
    await insert(three);
    const { results } = await ok(search({ limit: 2, output_fields: ['id', 'name', 'vector'] }));
    assert.deepEqual(
      results.map(({ score, ...hit }) => hit),
      [
        { id: '1', name: 'one', vector: [1, 0, 0, 0] },
        { id: '2', name: 'two', vector: float32(0.8, 0.6, 0, 0) },
      ]
    );
    assert.ok(Math.abs(results[0].score - 1) < 1e-6);
    assert.ok(Math.abs(results[1].score - 0.8) < 1e-6);

    assert.deepEqual(await ids({ filter: 'year >= 2002' }), ['2', '3']);
    assert.deepEqual(await ids({ filter: 'name in {names}', exprValues: { names: ['three', 'nine'] } }), ['3']);
    assert.deepEqual(await ids({ limit: 1, offset: 1 }), ['2']);
    assert.deepEqual(await ids({ params: { radius: 0.5, range_filter: 0.9 } }), ['2']);
    assert.deepEqual(await ids({ filter: 'year == 1' }), []);
    const several = await ok(search({ data: [query_vector, [0, 1, 0, 0]], limit: 1, output_fields: ['id'] }));
    assert.deepEqual(several.results.map(([hit]) => hit.id), ['1', '3']);
  });
});

test('hybrid search ranks two fields together', async () => {
  const request = books(collection_name);
  request.fields.push({ name: 'other', data_type: DataType.FloatVector, dim: 2 });
  const others = [[0, 1], [1, 0], [0.6, 0.8]];
  await withCollection(client, indexed(request, 'vector', 'other'), async () => {
    await insert(three.map((row, i) => ({ ...row, other: others[i] })));
    const hybrid = (rerank, limit) =>
      ok(
        client.hybridSearch({
          collection_name,
          data: [
            { anns_field: 'vector', data: query_vector },
            { anns_field: 'other', data: [1, 0] },
          ],
          rerank,
          limit,
          output_fields: ['id', 'name'],
        })
      );
    const fused = (await hybrid(RRFRanker(60), 3)).results;
    assert.deepEqual(fused.map(hit => hit.id), ['2', '1', '3']);
    assert.equal(fused[0].name, 'two');
    assert.ok(Math.abs(fused[0].score - (1 / 61 + 1 / 62)) < 1e-6);
    const weighted = (await hybrid(WeightedRanker([0.9, 0.1]), 2)).results;
    assert.deepEqual(weighted.map(hit => hit.id), ['1', '2']);
  });
});

test('iterators give every row once', async () => {
  await withCollection(client, indexed(books(collection_name), 'vector'), async () => {
    await insert(
      Array.from({ length: 100 }, (_, i) => ({ id: i + 1, vector: [1, i / 100, 0, 0], name: `book ${i}`, year: 1900 + i }))
    );
    const expected = Array.from({ length: 90 }, (_, i) => `${i + 11}`);
    const drain = async iterator => {
      const all = [];
      for await (const batch of iterator) {
        assert.ok(batch.length <= 17);
        all.push(...batch.map(row => row.id));
      }
      return all;
    };
    const queried = await client.queryIterator({ collection_name, expr: 'id > 10', output_fields: ['id'], batchSize: 17 });
    assert.deepEqual(await drain(queried), expected);
    const searched = await client.searchIterator({
      collection_name,
      data: query_vector,
      filter: 'id > 10',
      output_fields: ['id'],
      batchSize: 17,
    });
    assert.deepEqual(await drain(searched), expected);
  });
});

test('bad cases of reads', async () => {
  await withCollection(client, indexed(books(collection_name), 'vector'), async () => {
    await insert(three);
    await ok(client.createPartition({ collection_name, partition_name: 'red' }));
    const notLoaded = { code: 101, text: 'collection not loaded' };
    await refused(search({ limit: 1, metric_type: 'IP' }), {
      code: 1100,
      text: 'metric type not match: invalid parameter[expected=COSINE][actual=IP]',
    });
    await refused(search({ limit: 16385 }), {
      code: 1100,
      text: 'topk [16385] is invalid, it should be in range [1, 16384], but got 16385',
    });
    await refused(search({ limit: 1, partition_names: ['nowhere'] }), { code: 1100, text: 'partition name nowhere not found' });
    await refused(query('year ><', ['id']), { code: 1100, text: 'cannot parse expression: year ><' });
    await refused(query('id > 0', ['nothing']), { code: 1100, text: 'field nothing not exist' });

    await ok(client.releasePartitions({ collection_name, partition_names: ['red'] }));
    await refused(search({ limit: 1, partition_names: ['red'] }), { code: 201, text: 'partition not loaded' });
    assert.equal((await ok(search({ limit: 5 }))).results.length, 3);

    await ok(client.releaseCollection({ collection_name }));
    await refused(search({ limit: 1 }), notLoaded);
    await refused(search({ limit: 1, partition_names: ['red'] }), notLoaded);
    await refused(query('id > 0', ['id']), notLoaded);
    await refused(search({ limit: 1, partition_names: ['nowhere'] }), { code: 1100, text: 'partition name nowhere not found' });
    await insert([{ id: 9, vector: [0, 0, 1, 0], name: 'while released', year: 1999 }]);

    await ok(client.loadCollection({ collection_name, load_fields: ['id', 'vector'] }));
    await refused(query('id > 0', ['name']), { code: 1100, text: 'field name is not loaded' });
    await refused(query('year > 0', ['id']), { code: 1100, text: 'is not loaded' });
    assert.deepEqual(await rows('id == 9', ['*']), [{ id: '9', vector: [0, 0, 1, 0] }]);
  });
});
