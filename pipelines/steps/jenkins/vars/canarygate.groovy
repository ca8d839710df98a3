/**
 * The gate as one step of a Jenkins pipeline.
 *
 *     canarygate(check: 'web', environment: 'production-us')
 *     canarygate(check: ['web', 'jobs'], environments: ['us', 'eu'])   // side by side
 *
 * check         a name, or a list of them; none: every check that the environment pulls in (--all)
 * environment   where it runs; none: the one of canarygate.yaml
 * environments  several, as branches of one parallel stage; failFast: true ends them with the first
 * deploy        a command for --deploy: run by canarygate, which judges from when it has ended
 * softFail      report and never stop
 * arguments     a list of further flags, e.g. ['--var', 'version=1.2.3']
 * folder        of the reports, below the workspace; 'canarygate' where nothing is said
 * program       'canarygate' where nothing is said
 *
 * Exit 0 goes on. Anything else fails the build. What was let through (soft mode, an override, a
 * policy) makes it UNSTABLE. The reports are published in every case: on the test page (JUnit
 * plugin), as a page of the build (HTML Publisher plugin, where it is installed) and as artifacts.
 */
def call(Map options = [:]) {
  List environments = options.environments ?: [options.environment]
  if (environments.size() == 1) {
    gate(options, environments[0])
    return
  }
  Map branches = [:]
  for (int i = 0; i < environments.size(); i++) {
    String environment = environments[i]
    branches[environment] = { gate(options, environment) }
  }
  if (options.failFast) {
    branches.failFast = true
  }
  parallel(branches)
}

private void gate(Map options, String environment) {
  String folder = options.folder ?: 'canarygate'
  if (environment) {
    folder += '/' + environment
  }
  int code = 0
  try {
    code = sh(label: 'canarygate', returnStatus: true, script: command(options, environment, folder))
  } finally {
    publish(environment, folder)
  }
  String where = environment ? ' in ' + environment : ''
  if (code == 1) {
    error('canarygate stopped the deploy' + where + '; its explanation is in the log and on the test page')
  }
  if (code != 0) {
    error('canarygate could not judge the deploy' + where + ' (exit ' + code + '); the log says why')
  }
  // Exit 0 without a pass is what soft mode, an override or a policy let through.
  String passed = "grep -q '^  \"verdict\": \"pass\",\$' " + quoted(folder + '/report.json')
  if (sh(label: 'anything let through?', returnStatus: true, script: passed) != 0) {
    unstable('canarygate has not passed the canary' + where + ', and lets the deploy go on')
  }
}

private void publish(String environment, String folder) {
  junit(testResults: folder + '/report.xml', allowEmptyResults: true)
  archiveArtifacts(artifacts: folder + '/report.*', allowEmptyArchive: true)
  try {
    publishHTML(target: [reportName: environment ? 'canarygate ' + environment : 'canarygate', reportDir: folder,
                         reportFiles: 'report.html', keepAll: true, alwaysLinkToLastBuild: true, allowMissing: true])
  } catch (NoSuchMethodError missing) {
    echo('Without the HTML Publisher plugin the page with the charts is an artifact only.')
  }
}

private String command(Map options, String environment, String folder) {
  List words = [options.program ?: 'canarygate', 'check']
  if (options.check) {
    words += options.check
  } else {
    words << '--all'
  }
  if (environment) {
    words += ['--env', environment]
  }
  if (options.deploy) {
    words += ['--deploy', options.deploy]
  }
  if (options.softFail) {
    words << '--soft-fail'
  }
  words += ['--report', 'junit=' + folder + '/report.xml', '--report', 'html=' + folder + '/report.html',
            '--report', 'json=' + folder + '/report.json']
  words += options.arguments ?: []
  List line = []
  for (int i = 0; i < words.size(); i++) {
    line << quoted(words[i].toString())
  }
  return line.join(' ')
}

/** One word for a POSIX shell. */
private String quoted(String word) {
  return "'" + word.replace("'", "'\\''") + "'"
}
