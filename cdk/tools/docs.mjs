// Writes API.md by jsii-docgen, and says whether the committed one was something else.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const read = () => {
  try {
    return readFileSync('API.md', 'utf8');
  } catch {
    return '';
  }
};

const before = read();
execFileSync('jsii-docgen', ['--output', 'API.md'], { stdio: 'inherit' });
if (read() !== before) {
  console.error('API.md was out of date and is written anew: commit it');
  process.exit(1);
}
