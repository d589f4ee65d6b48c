package clients

import (
	"errors"
	"fmt"
	"io"
	"math"
	"testing"

	"github.com/milvus-io/milvus/client/v2/column"
	"github.com/milvus-io/milvus/client/v2/entity"
	"github.com/milvus-io/milvus/client/v2/index"
	"github.com/milvus-io/milvus/client/v2/milvusclient"
)

// TestEveryType puts the extremes of every type in and asks for them back, growing and sealed.
func TestEveryType(t *testing.T) {
	w := newWalk(t)
	sent := []column.Column{
		column.NewColumnInt64("id", []int64{math.MinInt64, math.MaxInt64}),
		column.NewColumnFloatVector("vector", 4, [][]float32{
			{1.5, -0.25, math.MaxFloat32, math.SmallestNonzeroFloat32}, {0, 0, 0, 1}}),
		column.NewColumnBool("bool", []bool{true, false}),
		column.NewColumnInt8("int8", []int8{math.MinInt8, math.MaxInt8}),
		column.NewColumnInt16("int16", []int16{math.MinInt16, math.MaxInt16}),
		column.NewColumnInt32("int32", []int32{math.MinInt32, math.MaxInt32}),
		column.NewColumnInt64("int64", []int64{math.MinInt64, math.MaxInt64}),
		column.NewColumnFloat("float", []float32{0.1, math.MaxFloat32}),
		column.NewColumnDouble("double", []float64{math.SmallestNonzeroFloat64, math.MaxFloat64}),
		column.NewColumnVarChar("varchar", []string{"", "日本語 🚀 \"quoted\""}),
		column.NewColumnJSONBytes("json", [][]byte{[]byte(`{"größe":"äöü","list":[1,"two",null,4.5]}`), []byte(`{}`)}),
		column.NewColumnBoolArray("bools", [][]bool{{true, false}, {}}),
		column.NewColumnInt8Array("int8s", [][]int8{{math.MinInt8, math.MaxInt8}, {}}),
		column.NewColumnInt16Array("int16s", [][]int16{{math.MinInt16, math.MaxInt16}, {}}),
		column.NewColumnInt32Array("int32s", [][]int32{{math.MinInt32, math.MaxInt32}, {}}),
		column.NewColumnInt64Array("int64s", [][]int64{{math.MinInt64, math.MaxInt64}, {}}),
		column.NewColumnFloatArray("floats", [][]float32{{0.1, -0.2}, {}}),
		column.NewColumnDoubleArray("doubles", [][]float64{{0.1, -0.2}, {}}),
		column.NewColumnVarCharArray("varchars", [][]string{{"", "日本語"}, {}}),
	}
	schema := entity.NewSchema().WithDynamicFieldEnabled(true)
	elements := map[string]entity.FieldType{
		"bools": entity.FieldTypeBool, "int8s": entity.FieldTypeInt8, "int16s": entity.FieldTypeInt16,
		"int32s": entity.FieldTypeInt32, "int64s": entity.FieldTypeInt64, "floats": entity.FieldTypeFloat,
		"doubles": entity.FieldTypeDouble, "varchars": entity.FieldTypeVarChar}
	for _, values := range sent {
		field := entity.NewField().WithName(values.Name()).WithDataType(values.Type())
		switch values.Type() {
		case entity.FieldTypeFloatVector:
			field.WithDim(4)
		case entity.FieldTypeVarChar:
			field.WithMaxLength(200)
		case entity.FieldTypeArray:
			field.WithElementType(elements[values.Name()]).WithMaxCapacity(8)
			if elements[values.Name()] == entity.FieldTypeVarChar {
				field.WithMaxLength(50)
			}
		}
		schema.WithField(field.WithIsPrimaryKey(values.Name() == "id"))
	}
	w.create(schema, "vector")
	result := w.insert(append(sent, column.NewColumnVarChar("color", []string{"red", "blue"}))...)
	w.equal(int64(2), result.InsertCount)
	w.equal([]int64{math.MinInt64, math.MaxInt64}, w.keys(result.IDs))

	check := func() {
		t.Helper()
		got := w.rows("id != 0", "*")
		for _, expected := range sent {
			actual := got.GetColumn(expected.Name())
			if actual == nil {
				t.Fatalf("%s is missing", expected.Name())
			}
			for row := 0; row < 2; row++ {
				value, err := expected.Get(row)
				w.must(err)
				answer, err := actual.Get(row)
				w.must(err)
				if fmt.Sprint(value) != fmt.Sprint(answer) || fmt.Sprintf("%T", value) != fmt.Sprintf("%T", answer) {
					t.Errorf("%s[%d]: sent %v (%T), got %v (%T)", expected.Name(), row, value, value, answer, answer)
				}
			}
		}
		color, err := w.rows(`color == "blue"`, "color").GetColumn("color").GetAsString(0)
		w.must(err)
		w.equal("blue", color)
	}
	check()
	task, err := w.client.Flush(w.ctx, milvusclient.NewFlushOption(w.name))
	w.must(err)
	w.must(task.Await(w.ctx))
	w.release()
	w.load()
	check()
}

func TestNullsDefaultsAutoID(t *testing.T) {
	w := newWalk(t)
	schema := entity.NewSchema().
		WithField(entity.NewField().WithName("key").WithDataType(entity.FieldTypeVarChar).WithMaxLength(32).
			WithIsPrimaryKey(true).WithIsAutoID(true)).
		WithField(entity.NewField().WithName("vector").WithDataType(entity.FieldTypeFloatVector).WithDim(2)).
		WithField(entity.NewField().WithName("maybe").WithDataType(entity.FieldTypeInt32).WithNullable(true)).
		WithField(entity.NewField().WithName("page").WithDataType(entity.FieldTypeInt64).WithDefaultValueLong(7)).
		WithField(entity.NewField().WithName("word").WithDataType(entity.FieldTypeVarChar).WithMaxLength(16).
			WithNullable(true).WithDefaultValueString("none"))
	w.create(schema, "vector")
	maybe, err := column.NewNullableColumnInt32("maybe", []int32{5}, []bool{false, true})
	w.must(err)
	result := w.insert(column.NewColumnFloatVector("vector", 2, [][]float32{{1, 0}, {0, 1}}), maybe)
	w.equal(2, result.IDs.Len())

	rows := w.rows("maybe is null", "*")
	w.equal(1, rows.ResultCount)
	null, err := rows.GetColumn("maybe").IsNull(0)
	w.must(err)
	w.equal(true, null)
	page, err := rows.GetColumn("page").GetAsInt64(0)
	w.must(err)
	w.equal(int64(7), page)
	word, err := rows.GetColumn("word").GetAsString(0)
	w.must(err)
	w.equal("none", word)
	first, err := result.IDs.GetAsString(0)
	w.must(err)
	key, err := rows.GetColumn("key").GetAsString(0)
	w.must(err)
	w.equal(first, key)
	value, err := w.rows("maybe == 5", "maybe").GetColumn("maybe").Get(0)
	w.must(err)
	w.equal("5", fmt.Sprint(value))
}

func TestWrites(t *testing.T) {
	w := newWalk(t)
	w.create(books(), "vector")
	w.insertBooks()
	type book struct {
		ID     int64     `milvus:"name:id"`
		Name   string    `milvus:"name:name"`
		Year   int32     `milvus:"name:year"`
		Vector []float32 `milvus:"name:vector"`
	}
	upserted, err := w.client.Upsert(w.ctx, milvusclient.NewRowBasedInsertOption(w.name,
		&book{1, "one again", 2030, []float32{1, 0, 0, 0}}, &book{4, "four", 2004, []float32{0, 0, 0, 1}}))
	w.must(err)
	w.equal(int64(2), upserted.UpsertCount)
	count, err := w.rows("", "count(*)").GetColumn("count(*)").GetAsInt64(0)
	w.must(err)
	w.equal(int64(4), count)
	got, err := w.client.Get(w.ctx, milvusclient.NewQueryOption(w.name).
		WithIDs(column.NewColumnInt64("id", []int64{1, 4})).WithOutputFields("name"))
	w.must(err)
	name, err := got.GetColumn("name").GetAsString(0)
	w.must(err)
	w.equal("one again", name)

	deleted, err := w.client.Delete(w.ctx, milvusclient.NewDeleteOption(w.name).WithInt64IDs("id", []int64{1}))
	w.must(err)
	w.equal(int64(1), deleted.DeleteCount)
	_, err = w.client.Delete(w.ctx, milvusclient.NewDeleteOption(w.name).WithExpr("year < 2003"))
	w.must(err)
	w.equal([]int64{3, 4}, w.keys(w.rows("id > 0", "id").GetColumn("id")))
	stats, err := w.client.GetCollectionStats(w.ctx, milvusclient.NewGetCollectionStatsOption(w.name))
	w.must(err)
	if stats["row_count"] == "" {
		t.Fatal("no row_count")
	}
}

func TestSearch(t *testing.T) {
	w := newWalk(t)
	w.create(books(), "vector")
	w.insertBooks()
	search := func(option milvusclient.SearchOption) milvusclient.ResultSet {
		t.Helper()
		sets, err := w.client.Search(w.ctx, option)
		w.must(err)
		w.equal(1, len(sets))
		w.must(sets[0].Err)
		return sets[0]
	}
	vectors := []entity.Vector{entity.FloatVector{1, 0, 0, 0}}

	hits := search(milvusclient.NewSearchOption(w.name, 2, vectors).WithOutputFields("name", "vector"))
	w.equal([]int64{1, 2}, w.keys(hits.IDs))
	if math.Abs(float64(hits.Scores[0])-1) > 1e-6 || math.Abs(float64(hits.Scores[1])-0.8) > 1e-6 {
		t.Fatalf("scores %v", hits.Scores)
	}
	name, err := hits.GetColumn("name").GetAsString(1)
	w.must(err)
	w.equal("two", name)
	vector, err := hits.GetColumn("vector").Get(1)
	w.must(err)
	w.equal(entity.FloatVector{0.8, 0.6, 0, 0}, vector)

	w.equal([]int64{2, 3}, w.keys(search(milvusclient.NewSearchOption(w.name, 5, vectors).WithFilter("year >= 2002")).IDs))
	w.equal([]int64{3}, w.keys(search(milvusclient.NewSearchOption(w.name, 5, vectors).
		WithFilter("name in {names}").WithTemplateParam("names", []string{"three", "nine"})).IDs))
	w.equal([]int64{2}, w.keys(search(milvusclient.NewSearchOption(w.name, 1, vectors).WithOffset(1)).IDs))
	ann := index.NewCustomAnnParam()
	ann.WithRadius(0.5)
	ann.WithRangeFilter(0.9)
	w.equal([]int64{2}, w.keys(search(milvusclient.NewSearchOption(w.name, 5, vectors).WithAnnParam(ann)).IDs))
	w.equal(0, search(milvusclient.NewSearchOption(w.name, 5, vectors).WithFilter("year == 1")).Len())

	sets, err := w.client.Search(w.ctx, milvusclient.NewSearchOption(w.name, 1,
		[]entity.Vector{entity.FloatVector{1, 0, 0, 0}, entity.FloatVector{0, 1, 0, 0}}))
	w.must(err)
	w.equal(2, len(sets))
	w.equal([]int64{3}, w.keys(sets[1].IDs))
}

func TestHybridSearch(t *testing.T) {
	w := newWalk(t)
	schema := books().
		WithField(entity.NewField().WithName("other").WithDataType(entity.FieldTypeFloatVector).WithDim(2))
	w.create(schema, "vector", "other")
	w.insert(
		column.NewColumnInt64("id", []int64{1, 2, 3}),
		column.NewColumnFloatVector("vector", 4, [][]float32{{1, 0, 0, 0}, {0.8, 0.6, 0, 0}, {0, 1, 0, 0}}),
		column.NewColumnFloatVector("other", 2, [][]float32{{0, 1}, {1, 0}, {0.6, 0.8}}),
		column.NewColumnVarChar("name", []string{"one", "two", "three"}),
		column.NewColumnInt32("year", []int32{2001, 2002, 2003}))
	first := milvusclient.NewAnnRequest("vector", 3, entity.FloatVector{1, 0, 0, 0})
	second := milvusclient.NewAnnRequest("other", 3, entity.FloatVector{1, 0})

	sets, err := w.client.HybridSearch(w.ctx, milvusclient.NewHybridSearchOption(w.name, 3, first, second).
		WithReranker(milvusclient.NewRRFReranker()).WithOutputFields("name"))
	w.must(err)
	w.equal([]int64{2, 1, 3}, w.keys(sets[0].IDs))
	if math.Abs(float64(sets[0].Scores[0])-(1.0/61+1.0/62)) > 1e-6 {
		t.Fatalf("scores %v", sets[0].Scores)
	}
	sets, err = w.client.HybridSearch(w.ctx, milvusclient.NewHybridSearchOption(w.name, 2, first, second).
		WithReranker(milvusclient.NewWeightedReranker([]float64{0.9, 0.1})))
	w.must(err)
	w.equal([]int64{1, 2}, w.keys(sets[0].IDs))
}

func TestIterators(t *testing.T) {
	w := newWalk(t)
	w.create(books(), "vector")
	const rows = 100
	ids, names, years, vectors := make([]int64, rows), make([]string, rows), make([]int32, rows), make([][]float32, rows)
	for i := range ids {
		ids[i], names[i], years[i] = int64(i+1), fmt.Sprint("book ", i+1), int32(1900+i)
		vectors[i] = []float32{1, float32(i) / rows, 0, 0}
	}
	w.insert(column.NewColumnInt64("id", ids), column.NewColumnFloatVector("vector", 4, vectors),
		column.NewColumnVarChar("name", names), column.NewColumnInt32("year", years))

	drain := func(next milvusclient.QueryIterator, keys func(milvusclient.ResultSet) column.Column) []int64 {
		t.Helper()
		var all []int64
		for {
			batch, err := next.Next(w.ctx)
			if errors.Is(err, io.EOF) {
				return all
			}
			w.must(err)
			all = append(all, w.keys(keys(batch))...)
		}
	}

	queried, err := w.client.QueryIterator(w.ctx, milvusclient.NewQueryIteratorOption(w.name).
		WithFilter("id > 10").WithOutputFields("id", "name").WithBatchSize(17))
	w.must(err)
	w.equal(ids[10:], drain(queried, func(set milvusclient.ResultSet) column.Column { return set.GetColumn("id") }))

	searched, err := w.client.SearchIterator(w.ctx,
		milvusclient.NewSearchIteratorOption(w.name, entity.FloatVector{1, 0, 0, 0}).
			WithANNSField("vector").WithFilter("id > 10").WithBatchSize(17))
	w.must(err)
	w.equal(ids[10:], drain(searched, func(set milvusclient.ResultSet) column.Column { return set.IDs }))
}

func TestReadBadCases(t *testing.T) {
	w := newWalk(t)
	w.create(books(), "vector")
	w.insertBooks()
	w.must(w.client.CreatePartition(w.ctx, milvusclient.NewCreatePartitionOption(w.name, "red")))
	vectors := []entity.Vector{entity.FloatVector{1, 0, 0, 0}}
	search := func(limit int, partitions ...string) error {
		_, err := w.client.Search(w.ctx, milvusclient.NewSearchOption(w.name, limit, vectors).WithPartitions(partitions...))
		return err
	}
	query := func(filter string, fields ...string) error {
		_, err := w.query(filter, fields...)
		return err
	}

	w.refused(search(16385), 1100, "topk [16385] is invalid, it should be in range [1, 16384], but got 16385")
	w.refused(search(1, "nowhere"), 1100, "partition name nowhere not found")
	w.refused(query("year ><", "id"), 1100, "cannot parse expression: year ><")
	w.must(w.client.ReleasePartitions(w.ctx, milvusclient.NewReleasePartitionsOptions(w.name, "red")))
	w.refused(search(1, "red"), 201, "partition not loaded")
	w.must(search(1))

	w.release()
	w.refused(search(1), 101, "collection not loaded")
	w.refused(search(1, "red"), 101, "collection not loaded")
	w.refused(query("id > 0", "id"), 101, "collection not loaded")
	w.refused(search(1, "nowhere"), 1100, "partition name nowhere not found")

	task, err := w.client.LoadCollection(w.ctx, milvusclient.NewLoadCollectionOption(w.name).WithLoadFields("id", "vector"))
	w.must(err)
	w.must(task.Await(w.ctx))
	w.refused(query("id > 0", "name"), 1100, "field name is not loaded")
	w.refused(query("year > 0", "id"), 1100, "is not loaded")
	w.equal(2, len(w.rows("id > 0", "*").Fields))
}
