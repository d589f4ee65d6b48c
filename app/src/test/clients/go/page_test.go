package clients

import (
	"context"
	"testing"

	"github.com/milvus-io/milvus/client/v2/milvusclient"
)

func TestX(t *testing.T) {
	c, err := milvusclient.New(context.Background(), &milvusclient.ClientConfig{Address: "localhost:19607"})
	if err != nil {
		t.Fatal(err)
	}
	c.Close(context.Background())
}
