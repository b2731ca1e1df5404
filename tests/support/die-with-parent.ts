/* Loaded before a program that a test starts: when the test's process is gone, however it ended, so is the program. */
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.channel?.unref();
