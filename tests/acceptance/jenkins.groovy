// Stands in for Jenkins: runs pipelines and the library's step with steps that do what Jenkins' do to
// a build, and nothing else. Reads {library, cases: [{folder, env, file | options}]} as JSON from its
// first argument; prints one JSON object a case. A step that Jenkins would not know fails the case.
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
  Script library
  List calls = []
  String result = 'SUCCESS'
  BuildFailure pending

  def invoke(String name, List arguments) {
    Closure body = arguments && arguments[-1] instanceof Closure ? arguments[-1] : null
    switch (name) {
      case ['pipeline', 'options', 'stages', 'post', 'always']:
        return body()
      case 'agent':
        return null
      case 'timeout':
        return null
      case 'stage':
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
        calls << [step: 'junit', there: new File(folder, arguments[0].testResults).exists()]
        return null
      case 'archiveArtifacts':
        calls << [step: 'archiveArtifacts', what: arguments[0].artifacts]
        return null
      case 'unstable':
        calls << [step: 'unstable', message: arguments[0]]
        result = 'UNSTABLE'
        return null
      case 'error':
        throw new BuildFailure(arguments[0])
      case 'canarygate':
        return library.call(arguments[0])
    }
    throw new MissingMethodException(name, Jenkins, arguments as Object[])
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
  def propertyMissing(String name) { name == '_' || name == 'any' ? name : super.propertyMissing(name) }
}

def setting = new JsonSlurper().parse(new File(args[0]))
def configuration = new CompilerConfiguration(scriptBaseClass: 'PipelineScript')
setting.cases.each { one ->
  def jenkins = new Jenkins(folder: new File(one.folder), env: one.env)
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
