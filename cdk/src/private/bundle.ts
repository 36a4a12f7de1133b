import { existsSync } from 'fs';
import { join } from 'path';
import * as lambda from 'aws-cdk-lib/aws-lambda';

/** Beside the compiled code, which lies in `lib/private`. */
const ASSETS = join(__dirname, '..', '..', 'assets');

/** The function's code that comes with this package. */
export function bundled(architecture: lambda.Architecture): lambda.Code {
  const name = architecture.name;
  const zip = join(ASSETS, name, 'bootstrap.zip');
  if (!existsSync(zip)) {
    const others = `or give another architecture, code, or a provider by ManagedNodeGroupProvider.fromServiceToken`;
    throw new Error(
      `there is no function for ${name} at ${zip}: run \`make cdk-asset ARCH=${name}\` in the checkout, ${others}`,
    );
  }
  return lambda.Code.fromAsset(zip);
}
