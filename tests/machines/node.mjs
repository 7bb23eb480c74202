// node node.mjs MODULE FOLDER...: what headshot-machines prints, by the module compiled to WebAssembly.
import { readFileSync, readdirSync, statSync } from "node:fs";

const [module, ...roots] = process.argv.slice(2);
const compiled = new WebAssembly.Module(readFileSync(module));
const imports = WebAssembly.Module.imports(compiled);
if (imports.length > 0) {
  throw new Error(`the module wants to import ${imports.map(({ name }) => name).join(", ")}`);
}

const files = (path) =>
  statSync(path).isDirectory() ? readdirSync(path).flatMap((name) => files(`${path}/${name}`)) : [path];

let { exports } = new WebAssembly.Instance(compiled);
for (const root of roots) {
  for (const file of files(root).sort()) {
    const photo = readFileSync(file);
    let lines;
    try {
      const room = exports.room(photo.length);
      new Uint8Array(exports.memory.buffer, room >>> 0, photo.length).set(photo);
      const answer = BigInt.asUintN(64, exports.lines_of(room, photo.length));
      const [place, length] = [Number(answer >> 32n), Number(answer & 0xffffffffn)];
      lines = Buffer.from(exports.memory.buffer, place, length).toString();
    } catch (error) {
      // What is left in the memory of a module that stopped is of no use.
      ({ exports } = new WebAssembly.Instance(compiled));
      lines = `stopped\t${error.message}\n`;
    }
    process.stdout.write(lines.replace(/^(?=.)/gm, `${file}\t`));
  }
}
