package clients

import (
	"slices"
	"testing"

	"github.com/milvus-io/milvus/client/v2/entity"
	"github.com/milvus-io/milvus/client/v2/index"
	"github.com/milvus-io/milvus/client/v2/milvusclient"
)

func TestCreateQuick(t *testing.T) {
	w := newWalk(t)
	w.must(w.client.CreateCollection(w.ctx, milvusclient.SimpleCreateCollectionOptions(w.name, 4)))
	w.equal(entity.LoadStateLoaded, w.state())

	has, err := w.client.HasCollection(w.ctx, milvusclient.NewHasCollectionOption(w.name))
	w.must(err)
	w.equal(true, has)
	collection, err := w.client.DescribeCollection(w.ctx, milvusclient.NewDescribeCollectionOption(w.name))
	w.must(err)
	w.equal("id", collection.Schema.PKFieldName())
	w.equal(true, collection.Schema.EnableDynamicField)
	names, err := w.client.ListCollections(w.ctx, milvusclient.NewListCollectionOption())
	w.must(err)
	w.equal(true, slices.Contains(names, w.name))
}

func TestCreateWithTheIndexesOfThePage(t *testing.T) {
	w := newWalk(t)
	schema := entity.NewSchema().WithDynamicFieldEnabled(true).
		WithField(entity.NewField().WithName("my_id").WithDataType(entity.FieldTypeInt64).WithIsPrimaryKey(true)).
		WithField(entity.NewField().WithName("my_vector").WithDataType(entity.FieldTypeFloatVector).WithDim(5)).
		WithField(entity.NewField().WithName("my_varchar").WithDataType(entity.FieldTypeVarChar).WithMaxLength(512))
	w.create(schema)
	w.index("my_id", index.NewSortedIndex())
	w.index("my_vector", index.NewAutoIndex(entity.COSINE))
	w.load()
	w.equal(entity.LoadStateLoaded, w.state())

	collection, err := w.client.DescribeCollection(w.ctx, milvusclient.NewDescribeCollectionOption(w.name))
	w.must(err)
	var names []string
	for _, field := range collection.Schema.Fields {
		names = append(names, field.Name)
	}
	w.equal([]string{"my_id", "my_vector", "my_varchar"}, names)
	indexes, err := w.client.ListIndexes(w.ctx, milvusclient.NewListIndexOption(w.name))
	w.must(err)
	slices.Sort(indexes)
	w.equal([]string{"my_id", "my_vector"}, indexes)
	described, err := w.client.DescribeIndex(w.ctx, milvusclient.NewDescribeIndexOption(w.name, "my_id"))
	w.must(err)
	w.equal("STL_SORT", described.Params()["index_type"])
}

func TestIndexNamedDescribedDropped(t *testing.T) {
	w := newWalk(t)
	w.create(books())
	task, err := w.client.CreateIndex(w.ctx,
		milvusclient.NewCreateIndexOption(w.name, "vector", index.NewHNSWIndex(entity.L2, 16, 100)).WithIndexName("by_vector"))
	w.must(err)
	w.must(task.Await(w.ctx))
	described, err := w.client.DescribeIndex(w.ctx, milvusclient.NewDescribeIndexOption(w.name, "by_vector"))
	w.must(err)
	w.equal("by_vector", described.Name())
	w.equal("HNSW", described.Params()["index_type"])
	w.equal("L2", described.Params()["metric_type"])
	w.equal(index.IndexState(3), described.State)

	w.load()
	err = w.client.DropIndex(w.ctx, milvusclient.NewDropIndexOption(w.name, "by_vector"))
	w.refused(err, 1100, "vector index cannot be dropped on loaded collection")
	w.release()
	w.must(w.client.DropIndex(w.ctx, milvusclient.NewDropIndexOption(w.name, "by_vector")))
	_, err = w.client.DescribeIndex(w.ctx, milvusclient.NewDescribeIndexOption(w.name, "by_vector"))
	w.refused(err, 700, "index not found")
}

func TestPartitionStates(t *testing.T) {
	w := newWalk(t)
	w.create(books())
	w.index("vector", index.NewAutoIndex(entity.COSINE))
	create := func(name string) {
		w.Helper()
		w.must(w.client.CreatePartition(w.ctx, milvusclient.NewCreatePartitionOption(w.name, name)))
	}
	release := func(names ...string) {
		w.Helper()
		w.must(w.client.ReleasePartitions(w.ctx, milvusclient.NewReleasePartitionsOptions(w.name, names...)))
	}
	create("red")
	create("blue")
	names, err := w.client.ListPartitions(w.ctx, milvusclient.NewListPartitionOption(w.name))
	w.must(err)
	slices.Sort(names)
	w.equal([]string{"_default", "blue", "red"}, names)

	w.loadPartitions("red")
	w.equal(entity.LoadStateLoaded, w.state("red"))
	w.equal(entity.LoadStateNotLoad, w.state("blue"))
	w.equal(entity.LoadStateLoaded, w.state())
	create("late")
	w.equal(entity.LoadStateNotLoad, w.state("late"))

	w.load()
	w.equal(entity.LoadStateLoaded, w.state("blue"))
	create("green")
	w.equal(entity.LoadStateLoaded, w.state("green"))
	err = w.client.DropPartition(w.ctx, milvusclient.NewDropPartitionOption(w.name, "green"))
	w.refused(err, 65535, "partition cannot be dropped, partition is loaded, please release it first")
	release("green")
	release("green")
	w.must(w.client.DropPartition(w.ctx, milvusclient.NewDropPartitionOption(w.name, "green")))
	release("red", "blue", "late", "_default")
	w.equal(entity.LoadStateNotLoad, w.state())
	_, err = w.client.LoadPartitions(w.ctx, milvusclient.NewLoadPartitionsOption(w.name))
	w.refused(err, 1100, "due to no partition specified")
}

func TestAliases(t *testing.T) {
	w := newWalk(t)
	w.create(books(), "vector")
	alias := w.name + "_alias"
	w.must(w.client.CreateAlias(w.ctx, milvusclient.NewCreateAliasOption(w.name, alias)))
	described, err := w.client.DescribeAlias(w.ctx, milvusclient.NewDescribeAliasOption(alias))
	w.must(err)
	w.equal(w.name, described.CollectionName)
	aliases, err := w.client.ListAliases(w.ctx, milvusclient.NewListAliasesOption(w.name))
	w.must(err)
	w.equal([]string{alias}, aliases)

	w.must(w.client.ReleaseCollection(w.ctx, milvusclient.NewReleaseCollectionOption(alias)))
	w.equal(entity.LoadStateNotLoad, w.state())
	task, err := w.client.LoadCollection(w.ctx, milvusclient.NewLoadCollectionOption(alias))
	w.must(err)
	w.must(task.Await(w.ctx))
	w.equal(entity.LoadStateLoaded, w.state())
	w.must(w.client.DropAlias(w.ctx, milvusclient.NewDropAliasOption(alias)))
	_, err = w.client.DescribeAlias(w.ctx, milvusclient.NewDescribeAliasOption(alias))
	w.refused(err, 1600, "alias not found[database=default][alias="+alias+"]")
}

func TestDatabases(t *testing.T) {
	w := newWalk(t)
	w.create(books(), "vector")
	database := "walk_go"
	use := func(name string) {
		w.Helper()
		w.must(w.client.UseDatabase(w.ctx, milvusclient.NewUseDatabaseOption(name)))
	}
	names, err := w.client.ListDatabase(w.ctx, milvusclient.NewListDatabaseOption())
	w.must(err)
	if slices.Contains(names, database) {
		use(database)
		w.drop(w.name)
		use("default")
		w.must(w.client.DropDatabase(w.ctx, milvusclient.NewDropDatabaseOption(database)))
	}
	w.must(w.client.CreateDatabase(w.ctx, milvusclient.NewCreateDatabaseOption(database)))
	described, err := w.client.DescribeDatabase(w.ctx, milvusclient.NewDescribeDatabaseOption(database))
	w.must(err)
	w.equal(database, described.Name)

	use(database)
	w.create(books())
	w.equal(entity.LoadStateNotLoad, w.state())
	use("default")
	w.equal(entity.LoadStateLoaded, w.state())
	err = w.client.DropDatabase(w.ctx, milvusclient.NewDropDatabaseOption(database))
	if err == nil {
		w.Fatal("a database with a collection was dropped")
	}
	use(database)
	w.drop(w.name)
	use("default")
	w.must(w.client.DropDatabase(w.ctx, milvusclient.NewDropDatabaseOption(database)))
}

func TestLoadBadCases(t *testing.T) {
	w := newWalk(t)
	missing := "collection not found[database=default][collection=" + w.name + "]"
	loading := func(option milvusclient.LoadCollectionOption) error {
		_, err := w.client.LoadCollection(w.ctx, option)
		return err
	}
	whole := func() error { return loading(milvusclient.NewLoadCollectionOption(w.name)) }
	fields := func(names ...string) error {
		return loading(milvusclient.NewLoadCollectionOption(w.name).WithLoadFields(names...))
	}
	partitions := func(names ...string) error {
		_, err := w.client.LoadPartitions(w.ctx, milvusclient.NewLoadPartitionsOption(w.name, names...))
		return err
	}

	w.refused(whole(), 100, missing)
	w.refused(w.client.ReleaseCollection(w.ctx, milvusclient.NewReleaseCollectionOption(w.name)), 100, missing)
	state, err := w.client.GetLoadState(w.ctx, milvusclient.NewGetLoadStateOption(w.name))
	w.must(err)
	w.equal("LoadStateNotExist", map[entity.LoadStateCode]string{0: "LoadStateNotExist"}[state.State])
	w.refused(loading(milvusclient.NewLoadCollectionOption("1bad")), 1100,
		"Invalid collection name: 1bad. the first character of a collection name must be an underscore or letter: invalid parameter")

	w.create(books())
	w.refused(whole(), 700, "index not found[collection="+w.name+"]")
	w.refused(partitions("_default"), 700, "index not found[collection="+w.name+"]")
	w.index("vector", index.NewAutoIndex(entity.COSINE))
	_, err = w.client.RefreshLoad(w.ctx, milvusclient.NewRefreshLoadOption(w.name))
	w.refused(err, 101, "collection not loaded")
	w.refused(fields("vector"), 1100, "load field list [vector] does not contain primary key field id")
	w.refused(fields("id", "name"), 1100, "does not contain vector field")
	w.refused(partitions("nowhere"), 200, "partition not found[partition=nowhere]")
	err = w.client.ReleasePartitions(w.ctx, milvusclient.NewReleasePartitionsOptions(w.name, "nowhere"))
	w.refused(err, 200, "partition not found[partition=nowhere]")
	_, err = w.client.GetLoadState(w.ctx, milvusclient.NewGetLoadStateOption(w.name, "nowhere"))
	w.refused(err, 200, "partition not found[partition=nowhere]")
	w.refused(loading(milvusclient.NewLoadCollectionOption(w.name).WithReplica(3)), 12,
		"service resource insufficient[currentStreamingNode=1][expectedStreamingNode=3]")
	w.refused(loading(milvusclient.NewLoadCollectionOption(w.name).WithResourceGroup("nowhere")), 300,
		"resource group not found[rg=nowhere]")
	w.equal(entity.LoadStateNotLoad, w.state())

	w.release()
	w.load()
	w.load()
	task, err := w.client.RefreshLoad(w.ctx, milvusclient.NewRefreshLoadOption(w.name))
	w.must(err)
	w.must(task.Await(w.ctx))
	w.refused(fields("id", "vector"), 1100, "can't change the load field list for loaded collection")
	err = w.client.AlterCollectionProperties(w.ctx,
		milvusclient.NewAlterCollectionPropertiesOption(w.name).WithProperty("mmap.enabled", true))
	w.refused(err, 104, "can not alter mmap properties if collection loaded")
}
