// What `npm publish` would send: all that a user needs, and nothing else.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Each has to be there; what fits none of them has no business in the package. */
const WANTED = [
  /^package\.json$/,
  /^README\.md$/,
  /^LICENSE$/,
  /^API\.md$/,
  /^\.jsii$/,
  /^lib\/.*\.js$/,
  /^lib\/.*\.d\.ts$/,
];
const CODE = /^assets\/(arm64|x86_64)\/bootstrap\.zip$/;

const printed = execFileSync('npm', ['pack', '--dry-run', '--json', '--loglevel=warn'], { encoding: 'utf8' });
const [pack] = Object.values(JSON.parse(printed));
const files = pack.files.map((file) => file.path);
const problems = [
  ...[...WANTED, CODE].filter((each) => !files.some((file) => each.test(file))).map((each) => `nothing like ${each}`),
  ...files.filter((file) => ![...WANTED, CODE].some((each) => each.test(file))).map((file) => `${file} is in it`),
];
if (process.argv.includes('--publish') && files.filter((file) => CODE.test(file)).length < 2) {
  problems.push('only one architecture: run `make cdk-asset` with ARCH=arm64 and with ARCH=x86_64');
}
const unsettled = readFileSync('package.json', 'utf8').match(/[^"]*OWNER[^"]*/g) ?? [];
if (process.argv.includes('--publish') && unsettled.length > 0) {
  problems.push(`OWNER in package.json stands for whoever publishes, replace it in ${unsettled.join(', ')}`);
}
if (problems.length > 0) {
  console.error(`the package isn't what it should be: ${problems.join('; ')}`);
  process.exit(1);
}
console.log(`${pack.name} ${pack.version}: ${files.length} files, ${pack.size} bytes`);
