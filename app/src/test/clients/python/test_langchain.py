"""LangChain's Milvus vector store, unchanged, with embeddings that need no model."""

import hashlib

import pytest
from conftest import TOKEN, URI
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_milvus import Milvus

TEXTS = ["the sluice opens", "the sluice closes", "a boat waits", "the water rises"]
SOURCES = [{"source": "gate", "page": i} if i < 2 else {"source": "river", "page": i} for i in range(4)]
KEYS = ["k0", "k1", "k2", "k3"]


class LetterEmbeddings(Embeddings):
    """A text's vector comes from its hash: the same text always has the same one, another text another one."""

    def embed_documents(self, texts):
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text):
        return [byte / 255 for byte in hashlib.sha256(text.encode()).digest()]


@pytest.fixture
def store():
    store = Milvus(
        embedding_function=LetterEmbeddings(),
        collection_name="langchain",
        connection_args={"uri": URI, "token": TOKEN},
        drop_old=True,
    )
    yield store
    store.drop()


def test_add_search_filter_delete(store):
    assert store.add_texts(TEXTS, metadatas=SOURCES, ids=KEYS) == KEYS

    best = store.similarity_search_with_score(TEXTS[2], k=2)
    assert best[0][0].page_content == TEXTS[2]
    assert best[0][0].metadata["source"] == "river"
    assert best[0][1] == pytest.approx(0, abs=1e-6)

    filtered = store.similarity_search(TEXTS[2], k=4, expr='source == "gate"')
    assert sorted(document.page_content for document in filtered) == sorted(TEXTS[:2])

    assert store.delete(ids=["k2"]) is True
    assert TEXTS[2] not in [document.page_content for document in store.similarity_search(TEXTS[2], k=4)]
    assert store.delete(expr='source == "gate"') is True
    assert [document.page_content for document in store.similarity_search("anything", k=4)] == [TEXTS[3]]


def test_documents_upsert_and_keys(store):
    store.add_documents([Document(page_content=text, metadata=m) for text, m in zip(TEXTS, SOURCES)], ids=KEYS)
    assert sorted(store.get_pks("page >= 2")) == ["k2", "k3"]

    store.upsert(ids=["k0"], documents=[Document(page_content="the gate is open", metadata=SOURCES[0])])

    assert store.similarity_search("the gate is open", k=1)[0].page_content == "the gate is open"
    assert len(store.similarity_search("anything", k=10)) == 4
    found = store.search_by_metadata('source == "river"', limit=10)
    assert sorted(document.page_content for document in found) == sorted(TEXTS[2:])
    assert len(store.max_marginal_relevance_search(TEXTS[0], k=2, fetch_k=4)) == 2


def test_automatic_keys_and_dynamic_metadata():
    store = Milvus.from_texts(
        TEXTS,
        LetterEmbeddings(),
        metadatas=[{"source": "gate", **({"note": "first"} if i == 0 else {})} for i in range(4)],
        collection_name="langchain_dynamic",
        connection_args={"uri": URI, "token": TOKEN},
        auto_id=True,
        enable_dynamic_field=True,
        drop_old=True,
    )
    try:
        found = store.similarity_search(TEXTS[0], k=4, expr='note == "first"')
        assert [document.page_content for document in found] == [TEXTS[0]]
        assert found[0].metadata["note"] == "first"
    finally:
        store.drop()
