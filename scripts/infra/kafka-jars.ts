import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, fetchOnce, findInPath, run } from './cache.ts';

const pom = join(import.meta.dirname, '../kafka/pom.xml');
const fetchTimeoutMs = 300_000;

/**
 * Gives the folder with Apache Kafka's jars, fetched once by Maven (about 54 MB). Throws a sentence that says what is
 * missing when there is no Java or Maven, or no way to Maven Central.
 */
export async function fetchKafkaJars(): Promise<string> {
  if (findInPath('java') === undefined) throw new Error('Kafka needs Java 17 or newer in PATH');
  const version = /<kafka\.version>(.+)<\/kafka\.version>/.exec(await readFile(pom, 'utf8'))?.[1];
  if (version === undefined) throw new Error(`${pom} names no kafka.version`);
  const folder = await fetchOnce(cacheFolder('kafka', version), async (temporary) => {
    if (findInPath('mvn') === undefined) throw new Error('Kafka needs Maven (mvn) in PATH to fetch its jars once');
    const output = `-DoutputDirectory=${join(temporary, 'libs')}`;
    const copy = ['dependency:copy-dependencies', '-DincludeScope=runtime', output];
    const maven = async (...more: string[]) =>
      await run('mvn', ['-q', '-B', '-f', pom, ...copy, ...more], fetchTimeoutMs);
    // A user without a home of their own has no ~/.m2, and a broken one is no reason to give up either.
    await maven().catch(async () => await maven(`-Dmaven.repo.local=${join(temporary, 'repository')}`));
    await rm(join(temporary, 'repository'), { recursive: true, force: true });
  });
  return join(folder, 'libs');
}
