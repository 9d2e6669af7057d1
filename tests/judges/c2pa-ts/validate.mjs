// Prints, for each file named, whether a reader of content credentials that is not ours, and not
// made of c2pa-rs, finds the signature and the hashes valid: one line of JSON a file.
import { readFile } from 'node:fs/promises';
import { BMFF, JPEG, PNG } from '@trustnxt/c2pa-ts/asset';
import { SuperBox } from '@trustnxt/c2pa-ts/jumbf';
import { ManifestStore } from '@trustnxt/c2pa-ts/manifest';

for (const path of process.argv.slice(2)) {
  const bytes = await readFile(path);
  const kind = [JPEG, PNG, BMFF].find((each) => each.canRead(bytes));
  const asset = new kind(bytes);
  const store = ManifestStore.read(SuperBox.fromBuffer(asset.getManifestJUMBF()));
  const result = await store.validate(asset);
  console.log(JSON.stringify({ valid: result.isValid, manifests: store.manifests.length }));
}
