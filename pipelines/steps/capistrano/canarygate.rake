# frozen_string_literal: true

# The gate as a Capistrano task, on the machine that deploys: put this file into
# lib/capistrano/tasks/, and in deploy.rb say what it comes after:
#
#     after 'deploy:canary', 'canarygate:check'
#     set :canarygate_check, 'web'          # or a list; none: every check of the environment
#     set :canarygate_environment, 'production-us'
#     set :canarygate_arguments, ['--soft-fail', '--report', 'html=log/canarygate.html']
namespace :canarygate do
  desc 'Compares the canary with the rest of the fleet; ends the deploy when it is worse'
  task :check do
    environment = fetch(:canarygate_environment)
    checks = Array(fetch(:canarygate_check))
    command = ['canarygate', 'check', *(checks.empty? ? ['--all'] : checks)]
    command += ['--env', environment] if environment
    command += Array(fetch(:canarygate_arguments))
    # A word each, and no shell: what is in them is not looked at by anybody else.
    next if system(*command)

    code = $?&.exitstatus
    raise 'canarygate could not be started; is it installed here?' if code.nil? || code == 127
    raise 'canarygate stopped the deploy; its explanation is above' if code == 1

    raise "canarygate could not judge the deploy (exit #{code}); what it said is above"
  end
end
