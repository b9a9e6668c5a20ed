import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { readConfig } from '#runtime/config.ts';
import type { Purpose } from '#runtime/keys.ts';
import { channels } from '#schemas/channel.ts';
import { productionFaults } from '../../services/delivery-worker/providers/production-faults.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const folder = 'deploy/kubernetes';

type Env = { name: string; value?: string; valueFrom?: { secretKeyRef: { name: string; key: string } } };
type Probe = { httpGet: { path: string; port: string } };
type Container = {
  name: string;
  args: string[];
  env: Env[];
  envFrom: { configMapRef: { name: string } }[];
  ports: { name: string; containerPort: number }[];
  securityContext: { allowPrivilegeEscalation: boolean; readOnlyRootFilesystem: boolean; capabilities: object };
  resources: { requests: object; limits: object };
  lifecycle?: { preStop: { sleep: { seconds: number } } };
} & Record<'startupProbe' | 'livenessProbe' | 'readinessProbe', Probe>;
type Pod = {
  automountServiceAccountToken: boolean;
  terminationGracePeriodSeconds: number;
  securityContext: object;
  containers: Container[];
};
// oxlint-disable-next-line typescript/no-explicit-any -- what a manifest holds is what the tests find out
type Manifest = { kind: string; metadata: { name: string }; spec: any; data?: Record<string, string> };

const manifests = readdirSync(new URL(folder, root)).flatMap((file) =>
  parseAllDocuments(read(`${folder}/${file}`)).map((document) => {
    if (document.errors.length > 0) throw new Error(`${file}: ${document.errors.join()}`);
    return document.toJS() as Manifest;
  }),
);
const of = (kind: string) => manifests.filter((manifest) => manifest.kind === kind);
const pods = of('Deployment').map(({ metadata, spec }) => {
  const pod = spec.template.spec as Pod;
  return { name: metadata.name, labels: spec.template.metadata.labels as Record<string, string>, pod };
});
const containers = pods.flatMap(({ name, pod }) => pod.containers.map((container) => ({ name, container })));
const configs = Object.fromEntries(of('ConfigMap').map(({ metadata, data = {} }) => [metadata.name, data]));
const config = Object.assign({}, ...Object.values(configs)) as Record<string, string>;
const manual = read('.env.example');
const scripts = JSON.parse(read('package.json')).scripts as Record<string, string>;
/** The service that a pod runs: the folder of its entry point. */
const serviceOf = ({ args }: Container) => /^services\/([a-z-]+)\/main\.ts$/.exec(args.join(' '))?.[1] ?? '';

describe('The manifests', () => {
  it('run every service that has a command of its own, by the same entry point', () => {
    const services = containers.map(({ container }) => serviceOf(container));
    for (const { container } of containers) {
      const [entry = ''] = container.args;
      expect(existsSync(new URL(entry, root))).toBe(true);
      expect(scripts[serviceOf(container)]).toMatch(new RegExp(`${entry}$`));
    }
    const apart = Object.entries(scripts).filter(([, command]) =>
      / services\/(?!standalone)[a-z-]+\/main\.ts$/.test(command),
    );
    expect([...new Set(services)].toSorted()).toEqual(apart.map(([name]) => name).toSorted());
    const wanted = containers.flatMap(({ container }) =>
      container.env.filter(({ name }) => name === 'CHANNELS').map(({ value }) => String(value)),
    );
    expect(wanted.toSorted()).toEqual(Object.keys(channels).toSorted());
  });

  it('set variables that are read, no secret by its value, and only the keys of the service', () => {
    const known = new Set([...manual.matchAll(/^#?([A-Z][A-Z_]+)=/gm)].map(([, name]) => name));
    for (const name of Object.keys(config)) expect(known).toContain(name);
    for (const { container } of containers) {
      for (const { name } of container.env) expect(known).toContain(name);
      const isSecret = /^KEY_|_KEY$|SECRET|TOKEN|PASSWORD|REDIS_URL|SMTP_URL/;
      for (const { name, value, valueFrom } of container.env.filter((one) => isSecret.test(one.name))) {
        expect([name, value, valueFrom?.secretKeyRef.key]).toEqual([name, undefined, name]);
      }
      const keys = container.env.flatMap(({ name }) => /^KEY_(.+)$/.exec(name)?.[1]?.toLowerCase() ?? []);
      const source = read(`services/${serviceOf(container)}/main.ts`);
      const purposes = /purposes[:=\s]+\[([^\]]*)\]/.exec(source)?.[1]?.match(/[a-z]+/g) ?? [];
      expect(purposes.length).toBeGreaterThan(0);
      expect([container.name, keys.toSorted()]).toEqual([container.name, [...purposes].toSorted()]);
    }
  });

  it('give each service an environment that it takes', () => {
    const key = randomBytes(32).toString('base64');
    const secrets: Record<string, string> = {
      OTP_KID: 'abcd-123',
      PLATFORM_KEY: 'p'.repeat(32),
      REDIS_URL: 'rediss://redis:6379',
      SMS_WEBHOOK_URL: 'https://sms.example/messages',
      SMS_WEBHOOK_SECRET: `whsec_${key}`,
      SMTP_URL: 'smtps://user:password@mail.example.com',
      EMAIL_FROM: 'codes@example.com',
    };
    for (const { name, container } of containers) {
      const own = container.env.map((one) => [one.name, one.value ?? secrets[one.name] ?? key] as const);
      const env = Object.assign(
        {},
        ...container.envFrom.map((one) => configs[one.configMapRef.name]),
        Object.fromEntries(own),
      );
      const purposes = own.flatMap(([variable]) => /^KEY_(.+)$/.exec(variable)?.[1]?.toLowerCase() ?? []) as Purpose[];
      const role = {
        mode: 'production',
        port: 0,
        purposes,
        apart: name !== 'portal',
        makesSends: name === 'gateway',
      } as const;
      const taken = readConfig(env, role);
      expect(name.startsWith('delivery-worker') ? productionFaults(taken) : []).toEqual([]);
      expect([name, taken.kafka?.brokers]).toEqual([name, name === 'portal' ? undefined : ['kafka:9092']]);
    }
  });

  it('name ports on which the services listen', () => {
    for (const { name, container } of containers) {
      const ports = Object.fromEntries(container.ports.map((port) => [port.name, port.containerPort]));
      expect([name, ports['ops']]).toEqual([name, 9_464]);
      expect(container.env).toContainEqual({ name: 'OPS_HOST', value: '0.0.0.0' });
      const port = Number(
        /port: ([\d_]+)/.exec(read(`services/${serviceOf(container)}/main.ts`))?.[1]?.replace('_', ''),
      );
      expect([name, ports['http'] ?? 0]).toEqual([name, port]);
      const service = of('Service').find(({ metadata }) => metadata.name === name);
      expect(service?.spec.ports ?? []).toEqual(port > 0 ? [{ name: 'http', port, targetPort: 'http' }] : []);
    }
    const urls = containers.flatMap(({ container }) =>
      container.env.filter(({ name }) => /^(VERIFIER|GATEWAY)_URL$/.test(name)),
    );
    expect(urls).toHaveLength(2);
    for (const { value = '' } of urls) {
      const { hostname, port } = new URL(value);
      const service = of('Service').find(({ metadata }) => metadata.name === hostname);
      expect([hostname, service?.spec.ports[0].port]).toEqual([hostname, Number(port)]);
    }
  });

  it('ask each pod whether it lives and is ready, and give it longer to stop than it takes', () => {
    const stopSeconds = Number(/const \w+ = (\d+)_000;/.exec(read('libs/runtime/lifecycle.ts'))?.[1]);
    expect(stopSeconds).toBe(10);
    for (const { pod } of pods) {
      for (const { startupProbe, livenessProbe, readinessProbe, lifecycle } of pod.containers) {
        for (const alive of [startupProbe, livenessProbe])
          expect(alive.httpGet).toEqual({ path: '/health/live', port: 'ops' });
        expect(readinessProbe.httpGet).toEqual({ path: '/health/ready', port: 'ops' });
        const stopping = stopSeconds + (lifecycle?.preStop.sleep.seconds ?? 0);
        expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(stopping + 2);
      }
    }
  });

  it('give no pod a privilege, an account or a file system to write to', () => {
    for (const { pod } of pods) {
      expect(pod.automountServiceAccountToken).toBe(false);
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      for (const { securityContext, resources } of pod.containers) {
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(resources).toMatchObject({
          requests: { cpu: expect.anything() },
          limits: { memory: expect.anything() },
        });
      }
    }
  });

  it('choose pods that are there: services, budgets and policies', () => {
    const isThere = (wanted: Record<string, string>) =>
      pods.some(({ labels }) => Object.entries(wanted).every(([name, value]) => labels[name] === value));
    for (const { spec } of of('Service')) expect(isThere(spec.selector)).toBe(true);
    for (const { spec } of of('NetworkPolicy')) expect(isThere(spec.podSelector.matchLabels)).toBe(true);
    for (const { spec } of of('PodDisruptionBudget')) expect(isThere(spec.selector.matchLabels)).toBe(true);
    const budgets = of('PodDisruptionBudget').map(({ metadata }) => metadata.name);
    expect(budgets.toSorted()).toEqual(pods.map(({ name }) => name).toSorted());
  });

  it('scale each delivery worker by the lag of its group on its topic, to the number of partitions', () => {
    const workers = containers.filter(({ container }) => serviceOf(container) === 'delivery-worker');
    expect(of('ScaledObject')).toHaveLength(workers.length);
    for (const { name, container } of workers) {
      const channel = container.env.find((one) => one.name === 'CHANNELS')?.value as keyof typeof channels;
      const scaled = of('ScaledObject').find(({ spec }) => spec.scaleTargetRef.name === name)?.spec;
      expect(scaled).toMatchObject({ minReplicaCount: 2, maxReplicaCount: 12 });
      const [{ type, metadata }] = scaled.triggers;
      expect(type).toBe('kafka');
      expect(metadata).toMatchObject({
        consumerGroup: `delivery-worker-${channel}`,
        topic: channels[channel].topic,
        bootstrapServers: config['KAFKA_BROKERS'],
      });
      // Its number is the scaler's alone.
      expect(of('Deployment').find(({ metadata: { name: own } }) => own === name)?.spec).not.toHaveProperty('replicas');
    }
  });

  it('are all in the kustomization', () => {
    const [kustomization] = of('Kustomization') as unknown as { resources: string[] }[];
    const files = readdirSync(new URL(folder, root)).filter((file) => file !== 'kustomization.yaml');
    expect(kustomization?.resources.toSorted()).toEqual(files.toSorted());
  });
});
