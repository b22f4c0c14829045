"""What the columns and keys of a shop's files are called, in the words that shops use. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import langcodes
import regex

from sidecar import language
from sidecar.errors import UsageError

ANY = ""
"""The language of a column that does not say one."""


class Kind(StrEnum):
    ID = "id"
    QUESTION = "question"
    VARIANTS = "variants"
    ANSWER = "answer"
    LANG = "lang"
    PRODUCTS = "products"
    FROM = "valid_from"
    UNTIL = "valid_until"
    IGNORED = "note"


@dataclass(frozen=True, slots=True)
class Column:
    """What a column or key holds; ``lang`` is a canonical tag, or `ANY`."""

    kind: Kind
    lang: str = ANY


NAMES = "id, question, variants, answer, lang, products, valid_from, valid_until; also question_en, answer[es] …"
_KINDS: Mapping[Kind, str] = {
    Kind.ID: "id, key, code, 编号, 編號, 番号, código, mã, المعرف",
    Kind.QUESTION: (
        "question, questions, q, ask, frage, 问题, 問題, 质问, 質問, pregunta, preguntas, pergunta, perguntas, "
        "pertanyaan, câu hỏi, سؤال, السؤال, الأسئلة"
    ),
    Kind.VARIANTS: (
        "variants, variant, variations, question variants, also asked, similar questions, other questions, synonyms, "
        "相似问, 相似问题, 类似问题, 同义问, 問い方, 類似質問, 言い換え, variantes, variasi, biến thể, صيغ أخرى"
    ),
    Kind.ANSWER: (
        "answer, answers, a, reply, response, antwort, réponse, 答案, 回答, 答复, 回复, 答え, respuesta, respuestas, "
        "resposta, respostas, jawaban, trả lời, câu trả lời, جواب, الجواب, إجابة, الإجابة"
    ),
    Kind.LANG: "lang, language, locale, 语言, 語言, 言語, idioma, bahasa, ngôn ngữ, لغة, اللغة",
    Kind.PRODUCTS: (
        "product, products, product id, product ids, item, items, sku, 商品, 产品, 產品, producto, productos, produto, "
        "produtos, produk, sản phẩm, منتج, المنتج, المنتجات"
    ),
    Kind.FROM: (
        "valid from, from, start, start date, starts, 生效, 生效日期, 开始, 開始, 开始日期, 開始日, "
        "desde, mulai, từ ngày"
    ),
    Kind.UNTIL: (
        "valid until, valid to, until, end, end date, ends, expires, expiry, 失效, 失效日期, 截止, 截止日期, 结束日期, "
        "終了, 終了日, hasta, até, sampai, đến ngày"
    ),
    Kind.IGNORED: (
        "note, notes, comment, comments, category, tag, tags, topic, updated, author, 备注, 分类, 備考, 標籤, notas"
    ),
}
_BY_NAME = {name.strip(): kind for kind, names in _KINDS.items() for name in names.split(",")}
_BY_LANGUAGE = frozenset({Kind.QUESTION, Kind.VARIANTS, Kind.ANSWER})
_WITH_LANGUAGE = regex.compile(r"(?P<name>.+?)[ .:]*[ .:\[(（](?P<lang>[^\[\]()（）.:]+)[\])）]?")
_FIELD_WITH_LANGUAGE = regex.compile(r"(?P<name>.+?)(?:[ .:]|\s*[\[(（])(?P<lang>[a-z]{2,3}(?: [a-z]{2,4})?)[\])）]?")
_ENGLISH_WORDS = frozenset(
    {"am", "an", "as", "at", "by", "for", "in", "is", "no", "of", "off", "on", "or", "per", "to", "up"}
)
"""Codes of languages that are also the last word of a field, such as *made in*."""
_FIELDS = {
    "id": "id, sku, code, product, product id, 编号, 商品编号, 商品番号, código, kode, mã",
    "name": (
        "name, title, product name, 名称, 品名, 商品名, 商品名称, 商品, nombre, producto, nome, produto, "
        "nama, produk, tên, sản phẩm, الاسم"
    ),
    "price": "price, 价格, 价钱, 售价, 價格, 価格, 値段, precio, preço, harga, giá, السعر, سعر",
    "coupon": "coupon, coupon code, 优惠券, 优惠码, 折扣码, クーポン, cupón, cupom, kupon, mã giảm giá, كوبون",
    "size_chart": (
        "size chart, sizes, 尺码表, 尺寸表, サイズ表, tabla de tallas, tabela de medidas, tabel ukuran, bảng size"
    ),
}
_FIELD_BY_NAME = {name.strip(): field for field, names in _FIELDS.items() for name in names.split(",")}
PRODUCT_TABLES = frozenset({"product", "products", "商品", "产品", "產品", "商品表", "productos", "produtos", "produk"})
"""What a file, sheet or table with the products is called."""


def column(name: str) -> Column | None:
    """The column called ``name``, None if there is no such column: ``Question``, ``answer.es``, ``问题 (中文)`` …"""
    name = _plain(name)
    if kind := _BY_NAME.get(name):
        return Column(kind)
    found = _WITH_LANGUAGE.fullmatch(name)
    kind = _BY_NAME.get(found["name"]) if found else None
    lang = tag(found["lang"]) if found and kind in _BY_LANGUAGE else None
    return Column(kind, lang) if kind and lang else None


def field(name: str) -> tuple[str, str]:
    """How a column of the product table is called in placeholders, and its language or `ANY`.

    ``Size chart`` → ``size_chart``; ``price_en`` → ``price`` in ``en``; ``重量`` stays.
    """
    name = _plain(name)
    found = None if name in _FIELD_BY_NAME else _FIELD_WITH_LANGUAGE.fullmatch(name)
    lang = tag(found["lang"]) if found and found["lang"].split()[0] not in _ENGLISH_WORDS else None
    if found and lang:
        name = found["name"]
    return _FIELD_BY_NAME.get(name) or name.replace(" ", "_"), lang or ANY


def tag(words: str) -> str | None:
    """The canonical tag of a language that is given by tag or by name (``es``, ``pt_BR``, ``English``, ``中文``)."""
    words = words.strip()
    try:
        return language.normalise(words.replace(" ", "-"))
    except UsageError:
        pass
    try:
        return language.normalise(str(langcodes.find(words)))
    except (LookupError, UsageError):
        return None


def _plain(name: str) -> str:
    """Lower case, composed, with single spaces for spaces, underscores and hyphens."""
    return (
        regex.sub(r"[\s_-]+", " ", unicodedata.normalize("NFC", name).replace("(s)", "s")).strip("\ufeff ").casefold()
    )
