"""Mailbox: finals are kept, of partials only the latest."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sidecar.delivery.mailbox import Kind, Mailbox, Parcel


def partial(id_: int, revision: int = 1, lang: str = "es") -> Parcel:
    return Parcel(text=f"{lang}{id_}.{revision}", kind=Kind.TENTATIVE, name=(id_, lang))


def final(seq: int, lang: str = "es") -> Parcel:
    return Parcel(text=f"{lang}#{seq}", kind=Kind.LASTING, name=(seq, lang), seq=seq)


def notice(topic: str, text: str = "") -> Parcel:
    return Parcel(text=text or topic, kind=Kind.NOTICE, topic=topic)


def emptied(mailbox: Mailbox) -> list[str]:
    return [parcel.text for parcel in iter(mailbox.take, None)]


def test_parcels_come_out_in_the_order_they_came_in():
    mailbox = Mailbox(8)
    for parcel in (notice("hello"), final(1), partial(2), final(3)):
        assert mailbox.put(parcel)
    assert emptied(mailbox) == ["hello", "es#1", "es2.1", "es#3"]


def test_a_later_revision_takes_the_place_at_the_end():
    mailbox = Mailbox(8)
    for parcel in (partial(5, 1), final(4), partial(5, 2)):
        mailbox.put(parcel)
    assert emptied(mailbox) == ["es#4", "es5.2"]
    assert mailbox.replaced == 1


def test_the_same_id_in_another_language_is_another_caption():
    mailbox = Mailbox(8)
    mailbox.put(partial(5, lang="es"))
    mailbox.put(partial(5, lang="zh"))
    assert emptied(mailbox) == ["es5.1", "zh5.1"]


def test_a_full_mailbox_refuses_a_final_and_forgets_a_partial():
    mailbox = Mailbox(2)
    assert mailbox.put(final(1))
    assert mailbox.put(final(2))
    assert mailbox.put(partial(9))
    assert not mailbox.put(final(3))
    assert emptied(mailbox) == ["es#1", "es#2"]


def test_notices_always_find_room_one_of_each_topic():
    mailbox = Mailbox(1)
    mailbox.put(final(1))
    for number in range(5):
        assert mailbox.put(notice("status", f"status {number}"))
    assert mailbox.put(notice("hello"))
    assert emptied(mailbox) == ["es#1", "status 4", "hello"]


def test_captions_can_be_dropped_except_in_languages_that_are_kept():
    mailbox = Mailbox(8)
    for parcel in (notice("status"), final(1), final(2, "zh"), partial(3), final(4)):
        mailbox.put(parcel)
    assert mailbox.drop_captions(keep=("zh",)) == 2
    assert mailbox.names() == {(2, "zh")}
    assert emptied(mailbox) == ["status", "zh#2"]


parcels = st.one_of(
    st.builds(partial, st.integers(1, 5), st.integers(1, 5), st.sampled_from(["es", "zh"])),
    st.builds(final, st.integers(1, 50)),
    st.builds(notice, st.sampled_from(["hello", "status"])),
    st.none(),
)


@given(st.integers(1, 6), st.lists(parcels, max_size=80))
def test_no_final_that_was_taken_in_is_lost_and_the_size_holds(size, todo):
    mailbox, accepted, taken = Mailbox(size), [], []
    for parcel in todo:
        if parcel is None:
            taken.append(mailbox.take())
        elif mailbox.put(parcel) and parcel.kind is Kind.LASTING and parcel not in accepted:
            accepted.append(parcel)
        assert len(mailbox) <= size + 2
    taken += iter(mailbox.take, None)
    assert {parcel.text for parcel in accepted} == {p.text for p in taken if p is not None and p.kind is Kind.LASTING}
