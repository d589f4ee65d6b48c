// Package clients holds the Go client of Milvus against a running Sluice.
//
// SLUICE_ADDRESS says where the server is. The one package runs its tests one after the other; each drops what it made.
package clients

import (
	"context"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/milvus-io/milvus/client/v2/column"
	"github.com/milvus-io/milvus/client/v2/entity"
	"github.com/milvus-io/milvus/client/v2/index"
	"github.com/milvus-io/milvus/client/v2/milvusclient"
	"github.com/milvus-io/milvus/pkg/v2/util/merr"
)

func address() string {
	if address := os.Getenv("SLUICE_ADDRESS"); address != "" {
		return address
	}
	return "localhost:19530"
}

// walk is one test with its connection and its collection.
type walk struct {
	*testing.T
	ctx    context.Context
	client *milvusclient.Client
	name   string
}

// newWalk connects, and drops the collection before and after the test.
func newWalk(t *testing.T) *walk {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	client, err := milvusclient.New(ctx, &milvusclient.ClientConfig{Address: address()})
	if err != nil {
		t.Fatal(err)
	}
	w := &walk{T: t, ctx: ctx, client: client, name: "walk_go"}
	w.drop(w.name)
	t.Cleanup(func() {
		w.drop(w.name)
		client.Close(ctx)
		cancel()
	})
	return w
}

func (w *walk) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// refused asserts the code and a part of the text of Milvus.
func (w *walk) refused(err error, code int32, text string) {
	w.Helper()
	if err == nil {
		w.Fatalf("%q was expected and the call succeeded", text)
	}
	if !strings.Contains(err.Error(), text) {
		w.Errorf("%q is not in: %v", text, err)
	}
	if got := merr.Code(err); got != code {
		w.Errorf("code %d, expected %d: %v", got, code, err)
	}
}

func (w *walk) equal(expected, actual any) {
	w.Helper()
	if !reflect.DeepEqual(expected, actual) {
		w.Fatalf("expected %v (%T), got %v (%T)", expected, expected, actual, actual)
	}
}

func (w *walk) drop(name string) {
	w.Helper()
	w.must(w.client.DropCollection(w.ctx, milvusclient.NewDropCollectionOption(name)))
}

// books has a key, a vector of 4 dimensions, a name and a year.
func books() *entity.Schema {
	return entity.NewSchema().
		WithField(entity.NewField().WithName("id").WithDataType(entity.FieldTypeInt64).WithIsPrimaryKey(true)).
		WithField(entity.NewField().WithName("vector").WithDataType(entity.FieldTypeFloatVector).WithDim(4)).
		WithField(entity.NewField().WithName("name").WithDataType(entity.FieldTypeVarChar).WithMaxLength(64)).
		WithField(entity.NewField().WithName("year").WithDataType(entity.FieldTypeInt32))
}

// create makes the collection; with vector fields, it indexes and loads them.
func (w *walk) create(schema *entity.Schema, vectors ...string) {
	w.Helper()
	w.must(w.client.CreateCollection(w.ctx, milvusclient.NewCreateCollectionOption(w.name, schema)))
	for _, vector := range vectors {
		w.index(vector, index.NewAutoIndex(entity.COSINE))
	}
	if len(vectors) > 0 {
		w.load()
	}
}

func (w *walk) index(field string, definition index.Index) {
	w.Helper()
	task, err := w.client.CreateIndex(w.ctx, milvusclient.NewCreateIndexOption(w.name, field, definition))
	w.must(err)
	w.must(task.Await(w.ctx))
}

func (w *walk) load() {
	w.Helper()
	task, err := w.client.LoadCollection(w.ctx, milvusclient.NewLoadCollectionOption(w.name))
	w.must(err)
	w.must(task.Await(w.ctx))
}

func (w *walk) release() {
	w.Helper()
	w.must(w.client.ReleaseCollection(w.ctx, milvusclient.NewReleaseCollectionOption(w.name)))
}

func (w *walk) loadPartitions(names ...string) {
	w.Helper()
	task, err := w.client.LoadPartitions(w.ctx, milvusclient.NewLoadPartitionsOption(w.name, names...))
	w.must(err)
	w.must(task.Await(w.ctx))
}

func (w *walk) state(partitions ...string) entity.LoadStateCode {
	w.Helper()
	state, err := w.client.GetLoadState(w.ctx, milvusclient.NewGetLoadStateOption(w.name, partitions...))
	w.must(err)
	return state.State
}

func (w *walk) insert(columns ...column.Column) milvusclient.InsertResult {
	w.Helper()
	result, err := w.client.Insert(w.ctx, milvusclient.NewColumnBasedInsertOption(w.name, columns...))
	w.must(err)
	return result
}

// insertBooks puts three rows at the angles 0, acos 0.8 and 90 degrees to the first axis.
func (w *walk) insertBooks() {
	w.Helper()
	w.insert(
		column.NewColumnInt64("id", []int64{1, 2, 3}),
		column.NewColumnFloatVector("vector", 4, [][]float32{{1, 0, 0, 0}, {0.8, 0.6, 0, 0}, {0, 1, 0, 0}}),
		column.NewColumnVarChar("name", []string{"one", "two", "three"}),
		column.NewColumnInt32("year", []int32{2001, 2002, 2003}))
}

func (w *walk) query(filter string, fields ...string) (milvusclient.ResultSet, error) {
	return w.client.Query(w.ctx, milvusclient.NewQueryOption(w.name).WithFilter(filter).WithOutputFields(fields...))
}

func (w *walk) rows(filter string, fields ...string) *milvusclient.ResultSet {
	w.Helper()
	rows, err := w.query(filter, fields...)
	w.must(err)
	return &rows
}

// keys are the values of an Int64 column.
func (w *walk) keys(keys column.Column) []int64 {
	w.Helper()
	values := make([]int64, keys.Len())
	for row := range values {
		value, err := keys.GetAsInt64(row)
		w.must(err)
		values[row] = value
	}
	return values
}
