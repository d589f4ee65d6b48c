package clients

import (
	"context"
	"fmt"
	"testing"

	"github.com/milvus-io/milvus/client/v2/entity"
	"github.com/milvus-io/milvus/client/v2/index"
	"github.com/milvus-io/milvus/client/v2/milvusclient"
)

// TestLoadAndReleasePage holds the Go snippets of Milvus's page "Load & Release" in its order.
//
// Slips of the page, corrected here: `state, err :=` declares nothing new the second time, so the snippets are
// functions of their own, and every error ends the test where the page prints it. The page prints the states without
// saying what comes out; expected is what its other languages say. It starts from a collection my_collection with the
// fields my_id and my_vector.
func TestLoadAndReleasePage(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()

	milvusAddr := address()
	client, err := milvusclient.New(ctx, &milvusclient.ClientConfig{
		Address: milvusAddr,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close(ctx)

	dropMyCollection := func() {
		if err := client.DropCollection(ctx, milvusclient.NewDropCollectionOption("my_collection")); err != nil {
			t.Fatal(err)
		}
	}
	dropMyCollection()
	defer dropMyCollection()
	schema := entity.NewSchema().WithDynamicFieldEnabled(true).
		WithField(entity.NewField().WithName("my_id").WithDataType(entity.FieldTypeInt64).WithIsPrimaryKey(true)).
		WithField(entity.NewField().WithName("my_vector").WithDataType(entity.FieldTypeFloatVector).WithDim(5)).
		WithField(entity.NewField().WithName("my_varchar").WithDataType(entity.FieldTypeVarChar).WithMaxLength(512))
	err = client.CreateCollection(ctx, milvusclient.NewCreateCollectionOption("my_collection", schema).
		WithIndexOptions(milvusclient.NewCreateIndexOption("my_collection", "my_vector", index.NewAutoIndex(entity.COSINE))))
	if err != nil {
		t.Fatal(err)
	}

	release := func() {
		err = client.ReleaseCollection(ctx, milvusclient.NewReleaseCollectionOption("my_collection"))
		if err != nil {
			t.Fatal(err)
		}

		state, err := client.GetLoadState(ctx, milvusclient.NewGetLoadStateOption("my_collection"))
		if err != nil {
			t.Fatal(err)
		}
		expectPrinted(t, state, "{1 0}")
		if state.State != entity.LoadStateNotLoad {
			t.Fatal("not released")
		}
	}

	t.Run("load a collection", func(t *testing.T) {
		loadTask, err := client.LoadCollection(ctx, milvusclient.NewLoadCollectionOption("my_collection"))
		if err != nil {
			t.Fatal(err)
		}

		// sync wait collection to be loaded
		err = loadTask.Await(ctx)
		if err != nil {
			t.Fatal(err)
		}

		state, err := client.GetLoadState(ctx, milvusclient.NewGetLoadStateOption("my_collection"))
		if err != nil {
			t.Fatal(err)
		}
		expectPrinted(t, state, "{3 0}")
		if state.State != entity.LoadStateLoaded {
			t.Fatal("not loaded")
		}
	})

	t.Run("release a collection", func(t *testing.T) { release() })

	t.Run("load specific fields", func(t *testing.T) {
		loadTask, err := client.LoadCollection(ctx, milvusclient.NewLoadCollectionOption("my_collection").
			WithLoadFields("my_id", "my_vector"))
		if err != nil {
			t.Fatal(err)
		}

		// sync wait collection to be loaded
		err = loadTask.Await(ctx)
		if err != nil {
			t.Fatal(err)
		}

		state, err := client.GetLoadState(ctx, milvusclient.NewGetLoadStateOption("my_collection"))
		if err != nil {
			t.Fatal(err)
		}
		expectPrinted(t, state, "{3 0}")
	})

	t.Run("release again", func(t *testing.T) { release() })
}

func expectPrinted(t *testing.T, state entity.LoadState, expected string) {
	t.Helper()
	if printed := fmt.Sprint(state); printed != expected {
		t.Fatalf("printed %s, expected %s", printed, expected)
	}
}
