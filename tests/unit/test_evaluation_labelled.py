"""Reading labelled photos: both kinds, and a sentence with file and row for every mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.errors import LabelsRefused
from gate.evaluation.labelled import read
from gate.values import Box

HEADER = "photo,face,x,y,w,h,upright_width,upright_height,orientation,person,record,website,print"


def photos(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"picture")


def truth(folder: Path, *rows: str, header: str = HEADER) -> None:
    (folder / "truth.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


def test_a_folder_for_each_person(tmp_path: Path) -> None:
    photos(
        tmp_path,
        "P1/1.jpg",
        "P1/2.JPG",
        "P2/a.png",
        "P2/notes.txt",
        ".thumbs/x.jpg",
        "@eaDir/y.jpg",
    )
    labels = read(tmp_path)
    assert labels.kind == "folders"
    assert labels.people == ("P1", "P2")
    assert [photo.path.name for photo in labels.photos] == ["1.jpg", "2.JPG", "a.png"]
    assert all(photo.faces[0].box is None for photo in labels.photos)
    assert any("people.csv" in note for note in labels.notes)


def test_photos_outside_the_folders_are_said_to_be_left_out(tmp_path: Path) -> None:
    photos(tmp_path, "P1/1.jpg", "loose.jpg")
    assert any(note.startswith("1 photos lie outside") for note in read(tmp_path).notes)


def test_a_truth_file_with_photos_in_incoming(tmp_path: Path) -> None:
    photos(tmp_path, "incoming/fete/1.jpg", "references/P1/1.jpg", "references/P9/readme.txt")
    truth(
        tmp_path,
        "fete/1.jpg,0,10,20,30,40,640,480,1,P1,full,yes,no",
        "fete/1.jpg,1,50,20,30,40,640,480,1,stranger,stranger,unknown,unknown",
        "fete/1.jpg,2,90,20,30,40,640,480,1,Stranger,stranger,unknown,unknown",
    )
    labels = read(tmp_path)
    assert labels.kind == "truth"
    assert labels.channels == ("website", "print")
    assert list(labels.references) == ["P1"]
    first, second, third = labels.photos[0].faces
    assert (first.person, first.box, first.allowed["print"]) == ("P1", Box(10, 20, 30, 40), "no")
    assert first.named
    assert not second.named
    assert second.person != third.person


def test_what_a_truth_file_does_not_say_is_said(tmp_path: Path) -> None:
    photos(tmp_path, "1.jpg")
    truth(tmp_path, "1.jpg,1,2,3,4,P1", header="photo,x,y,w,h,person")
    labels = read(tmp_path)
    assert labels.channels == ()
    assert any("by lot" in note for note in labels.notes)
    assert any("references" in note for note in labels.notes)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("1.jpg,0,ten,2,3,4,9,9,1,P1,full,yes,no", "row 2: x is 'ten'"),
        ("1.jpg,0,nan,2,3,4,9,9,1,P1,full,yes,no", "row 2: x is 'nan'"),
        ("1.jpg,0,1,2,0,4,9,9,1,P1,full,yes,no", "row 2: w and h"),
        ("1.jpg,0,1,2,3,4,9,9,1,P1,full,maybe,no", "row 2: website is 'maybe'"),
        ("2.jpg,0,1,2,3,4,9,9,1,P1,full,yes,no", "row 2: there is no photo"),
        ("../1.jpg,0,1,2,3,4,9,9,1,P1,full,yes,no", "row 2: the photo"),
        ("/etc/passwd,0,1,2,3,4,9,9,1,P1,full,yes,no", "row 2: the photo"),
        ("..\\1.jpg,0,1,2,3,4,9,9,1,P1,full,yes,no", "row 2: the photo"),
        ("1.jpg,0,1,2,3,4", "row 2: 6 columns"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, row: str, said: str) -> None:
    photos(tmp_path / "photos-here", "1.jpg")
    photos(tmp_path, "1.jpg")
    truth(tmp_path / "photos-here", row)
    with pytest.raises(LabelsRefused, match=r"truth\.csv") as refused:
        read(tmp_path / "photos-here")
    assert said in str(refused.value)


def test_a_truth_file_without_a_needed_column_or_row_is_refused(tmp_path: Path) -> None:
    truth(tmp_path, header="photo,x,y,person")
    with pytest.raises(LabelsRefused, match="no column w, h"):
        read(tmp_path)
    truth(tmp_path)
    with pytest.raises(LabelsRefused, match="no rows"):
        read(tmp_path)
    truth(tmp_path, header="photo,photo,x,y,w,h,person")
    with pytest.raises(LabelsRefused, match="photo twice"):
        read(tmp_path)
    (tmp_path / "truth.csv").write_bytes(b"photo\xff\xfe,x")
    with pytest.raises(LabelsRefused, match="UTF-8"):
        read(tmp_path)


@pytest.mark.parametrize("what", ["missing", "empty", "file"])
def test_a_folder_without_labelled_photos_is_refused(tmp_path: Path, what: str) -> None:
    place = tmp_path / what
    if what == "empty":
        place.mkdir()
    if what == "file":
        place.write_text("x")
    with pytest.raises(LabelsRefused):
        read(place)


@pytest.mark.parametrize(
    ("header", "row", "group"),
    [
        ("ref,year_group", "P1,7", "Year 7"),
        ("ref,year_group", "P1,Reception", "Reception"),
        ("ref;age", "P1;3.9", "Ages 0 to 3"),
        ("ref,age", "P1,12", "Ages 4 to 12"),
        ("ref,age", "P1,44", "Ages 18 and over"),
        ("ref,age_group,age", "P1,infants,6", "infants"),
        ("ref,kind,year_group", "P1,staff,", "Staff"),
    ],
)
def test_age_groups_are_taken_from_the_list_of_people(
    tmp_path: Path, header: str, row: str, group: str
) -> None:
    photos(tmp_path, "P1/1.jpg")
    (tmp_path / "people.csv").write_text(f"{header}\n{row}\n", encoding="utf-8-sig")
    labels = read(tmp_path)
    assert labels.groups == {"P1": group}
    assert labels.notes == ()


def test_a_wrong_list_of_people_is_refused(tmp_path: Path) -> None:
    photos(tmp_path, "P1/1.jpg")
    (tmp_path / "people.csv").write_text("name,age\nP1,7\n", encoding="utf-8")
    with pytest.raises(LabelsRefused, match="no column ref"):
        read(tmp_path)
    (tmp_path / "people.csv").write_text("ref,age\nP1,seven\n", encoding="utf-8")
    with pytest.raises(LabelsRefused, match="row 2: age is 'seven'"):
        read(tmp_path)
