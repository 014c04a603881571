"""Backups in object storage, and of a lake that lies there."""

import boto3
import pytest

from samspil import verbs
from samspil.backup.store import Store
from samspil.definitions import SamspilError
from tests.backup.seen import kept
from tests.warehouse.object_storage import BUCKET, object_storage


@pytest.fixture
def bucket():
    with object_storage() as address:
        yield boto3.resource("s3", endpoint_url=address).Bucket(BUCKET)


def test_a_backup_in_object_storage_is_like_one_in_a_folder(home, bucket, tmp_path):
    place = f"s3://{BUCKET}/backups"
    first = verbs.backup(place, home=home)
    verbs.switch_off("prescriptions", "a test", home)
    second = verbs.backup(place, home=home, keep=1)
    assert second.copied == {"lake/CURRENT", "lake/states/000010.json"}
    assert second.removed == [first.manifest.name]
    assert Store(place).names() == [second.manifest.name]
    held = {each.key.rpartition("/")[2] for each in bucket.objects.filter(Prefix="backups/files/")}
    assert held == {file.sha256 for file in second.manifest.files}

    file = next(file for file in second.manifest.files if file.name.startswith("vault/identities"))
    damaged = bucket.Object(f"backups/files/{file.sha256[:2]}/{file.sha256}")
    whole = damaged.get()["Body"].read()
    damaged.put(Body=whole[:-1] + b"?")
    with pytest.raises(SamspilError, match=f"{file.name} was changed"):
        verbs.restore(place, home=tmp_path / "new")
    damaged.put(Body=whole)
    verbs.restore(place, home=tmp_path / "new")
    assert kept(tmp_path / "new") == kept(home)


def test_a_lake_in_object_storage_is_backed_up_and_comes_back_there(home, bucket, tmp_path, monkeypatch):
    inside = verbs.backup(tmp_path / "backups", home=home)
    monkeypatch.setenv("SAMSPIL_LAKE", f"s3://{BUCKET}/lake")
    verbs.restore(tmp_path / "backups", home=tmp_path / "new")
    assert verbs.status(tmp_path / "new").state == inside.manifest.state
    again = verbs.backup(tmp_path / "backups", home=tmp_path / "new")
    assert not again.copied
    assert {file.name for file in again.manifest.files} == {file.name for file in inside.manifest.files}


def test_a_bucket_that_is_not_there_is_told_of(home, bucket):
    with pytest.raises(SamspilError, match="cannot be used for backups"):
        verbs.backup("s3://nosuchbucket/backups", home=home)
