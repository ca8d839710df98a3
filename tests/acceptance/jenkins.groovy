// Stands in for Jenkins: runs pipelines and the library's step with steps that do what Jenkins' do to
// a build, and nothing else. Reads {library, cases: [{folder, env, plugins, file | options}]} as JSON
// from its first argument; prints one JSON object a case. A step that Jenkins would not know, or not
// without a plugin that the case has not, is the error that Jenkins makes of it.
import groovy.json.JsonOutput
import groovy.json.JsonSlurper
import org.codehaus.groovy.control.CompilerConfiguration

@interface Library { String value() }

class BuildFailure extends RuntimeException {
  BuildFailure(String message) { super(message) }
}

class Jenkins {
  File folder
  Map env
  List plugins
  Map cell = [:]  // of a matrix: its axis and value
  Map axis = [:]
  Script library
  List calls = []
  String result = 'SUCCESS'
  BuildFailure pending
  boolean learning = false

  def invoke(String name, List arguments) {
    Closure body = arguments && arguments[-1] instanceof Closure ? arguments[-1] : null
    switch (name) {
      case ['pipeline', 'options', 'stages', 'post', 'always', 'script', 'axes', 'axis']:
        return body()
      case 'name':
        axis = [name: arguments[0]]
        return null
      case 'values':
        axis.values = arguments
        return null
      case 'matrix':
        return matrix(body)
      case 'agent':
        return null
      case 'timeout':
        return null
      case 'stage':
        if (learning) return null
        calls << [step: 'stage', name: arguments[0]]
        body()
        if (pending) throw pending
        return null
      case 'steps':
        try { body() } catch (BuildFailure failure) { pending = failure }
        return null
      case 'parallel':
        return parallel(arguments[0])
      case 'sh':
        return sh(arguments[0] instanceof Map ? arguments[0] : [script: arguments[0]])
      case 'junit':
        calls << [step: 'junit', there: new File(folder, arguments[0].testResults.toString()).exists()]
        return null
      case 'archiveArtifacts':
        calls << [step: 'archiveArtifacts', what: arguments[0].artifacts.toString()]
        return null
      case 'publishHTML':
        if (!('htmlpublisher' in plugins)) break
        return publishHtml(arguments[0].target)
      case 'echo':
        calls << [step: 'echo', message: arguments[0]]
        return null
      case 'unstable':
        calls << [step: 'unstable', message: arguments[0].toString()]
        result = 'UNSTABLE'
        return null
      case 'error':
        throw new BuildFailure(arguments[0])
      case 'canarygate':
        return library.call(arguments[0])
    }
    throw new NoSuchMethodError("No such DSL method '" + name + "' found among steps")
  }

  def publishHtml(Map target) {
    def known = ['reportName', 'reportDir', 'reportFiles', 'keepAll', 'alwaysLinkToLastBuild', 'allowMissing']
    assert known.containsAll(target.keySet())
    File page = new File(new File(folder, target.reportDir.toString()), target.reportFiles)
    calls << [step: 'publishHTML', name: target.reportName.toString(), there: page.exists()]
    if (!page.exists() && !target.allowMissing) throw new BuildFailure('no report at ' + page)
  }

  /** A first pass learns the axis, with its cells' stages left out; then each cell. */
  def matrix(Closure body) {
    Map outer = env
    axis = [:]
    learning = true
    body()
    learning = false
    String name = axis.name
    Map branches = [:]
    axis.values.each { value ->
      branches[value] = {
        cell = [(name): value]
        env = outer + cell
        try { body() } finally { env = outer; cell = [:]; pending = null }
      }
    }
    parallel(branches)
  }

  def parallel(Map branches) {
    boolean failFast = branches.remove('failFast') ?: false
    calls << [step: 'parallel', branches: branches.keySet() as List, failFast: failFast]
    BuildFailure first = null
    branches.each { name, body ->
      try { body() } catch (BuildFailure failure) { first = first ?: failure }
    }
    if (first) throw first
  }

  def sh(Map options) {
    def builder = new ProcessBuilder('/bin/sh', '-e', '-c', options.script).directory(folder)
    builder.environment().clear()
    builder.environment().putAll(env)
    builder.redirectErrorStream(true)
    def process = builder.start()
    process.outputStream.close()
    String output = process.inputStream.text
    int code = process.waitFor()
    calls << [step: 'sh', script: options.script, code: code, output: output]
    if (options.returnStatus) return code
    if (code != 0) throw new BuildFailure('script returned exit code ' + code)
  }
}

abstract class PipelineScript extends Script {
  def methodMissing(String name, Object arguments) { binding.jenkins.invoke(name, arguments as List) }
  def propertyMissing(String name) {
    if (name == '_' || name == 'any') return name
    binding.jenkins.cell.containsKey(name) ? binding.jenkins.cell[name] : super.propertyMissing(name)
  }
}

def setting = new JsonSlurper().parse(new File(args[0]))
def configuration = new CompilerConfiguration(scriptBaseClass: 'PipelineScript')
setting.cases.each { one ->
  def jenkins = new Jenkins(folder: new File(one.folder), env: one.env, plugins: one.plugins)
  def binding = new Binding([jenkins: jenkins])
  def shell = new GroovyShell(PipelineScript.classLoader, binding, configuration)
  jenkins.library = shell.parse(new File(setting.library))
  String error = null
  try {
    if (one.file) {
      shell.parse(new File(one.file)).run()
    } else {
      jenkins.library.call(one.options)
    }
  } catch (BuildFailure failure) {
    jenkins.result = 'FAILURE'
    error = failure.message
  }
  println JsonOutput.toJson([result: jenkins.result, error: error, calls: jenkins.calls])
}
