// Reads pipeline definitions with what their systems publish: GitHub's own parser of workflows and
// actions, CircleCI's parser, and for Buildkite and Argo Rollouts the types of their schemas, by
// which TypeScript refuses what they do not know. From standard input a JSON object
// {name: {kind, text}}; to standard output {name: [what is wrong]}.
import {readFileSync} from 'node:fs';
import {createRequire, register} from 'node:module';

const folder = process.argv[2];  // with node_modules in it
const require = createRequire(folder + '/');

// GitHub's packages import JSON as bundlers do, which Node knows by other words in each version.
register('data:text/javascript,' + encodeURIComponent(`
  import {readFileSync} from 'node:fs';
  export async function load(url, context, next) {
    if (!url.endsWith('.json')) return next(url, context);
    const source = 'export default ' + readFileSync(new URL(url), 'utf8');
    return {format: 'module', source, shortCircuit: true};
  }`));
const github = name => import(new URL(`file://${folder}/node_modules/@actions/workflow-parser/dist/${name}.js`));
const {parseWorkflow, convertWorkflowTemplate} = await github('index');
const {parseAction} = await github('actions/action-parser');
const circleci = require('@circleci/circleci-config-parser');
const ts = require('typescript');
const yaml = require('yaml');

const silent = {error() {}, info() {}, verbose() {}};

async function workflow(text) {
  const {context, value} = parseWorkflow({name: 'workflow.yml', content: text}, silent);
  if (value) await convertWorkflowTemplate(context, value);
  return context.errors.getErrors().map(error => error.message);
}

function action(text) {
  return parseAction({name: 'action.yml', content: text}, silent).context.errors.getErrors().map(e => e.message);
}

function circle(text) {
  try {
    circleci.parseConfig(text);
    return [];
  } catch (error) {
    return [error.message];
  }
}

const types = {
  argo: {from: '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/AnalysisTemplate', type: 'IAnalysisTemplate'},
  buildkite: {from: '@buildkite/buildkite-sdk/src/commandStep.js', type: 'CommandStep', part: document => document.steps},
};

/** All of them by one program: loading the types is what takes the time. */
function typed(definitions) {
  const sources = new Map();
  for (const [name, {kind, text}] of definitions) {
    const {from, type, part} = types[kind];
    const document = yaml.parse(text);
    sources.set(`${folder}/${name}.mts`,
                `import type {${type}} from '${from}';\n` +
                `export const checked: ${type}${part ? '[]' : ''} = ${JSON.stringify(part ? part(document) : document)};\n`);
  }
  const options = {strict: true, noEmit: true, skipLibCheck: true, types: [], module: ts.ModuleKind.Node16,
                   moduleResolution: ts.ModuleResolutionKind.Node16};
  const host = ts.createCompilerHost(options);
  const {readFile, fileExists, getSourceFile} = host;
  host.readFile = name => sources.get(name) ?? readFile.call(host, name);
  host.fileExists = name => sources.has(name) || fileExists.call(host, name);
  host.getSourceFile = (name, ...rest) => sources.has(name)
    ? ts.createSourceFile(name, sources.get(name), ...rest) : getSourceFile.call(host, name, ...rest);
  const program = ts.createProgram([...sources.keys()], options, host);
  const found = Object.fromEntries(definitions.map(([name]) => [name, []]));
  for (const one of ts.getPreEmitDiagnostics(program)) {
    const name = one.file ? one.file.fileName.slice(folder.length + 1, -'.mts'.length) : definitions[0][0];
    found[name].push(ts.flattenDiagnosticMessageText(one.messageText, ' '));
  }
  return found;
}

const definitions = Object.entries(JSON.parse(readFileSync(0, 'utf8')));
const results = typed(definitions.filter(([, {kind}]) => kind in types));
for (const [name, {kind, text}] of definitions) {
  if (!(kind in types)) results[name] = await {workflow, action, circle}[kind](text);
}
console.log(JSON.stringify(results));
