/* signals.c - a flag for each request; the handlers do nothing else. */
#include "signals.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static volatile sig_atomic_t stop_requested;
static volatile sig_atomic_t hung_up;
static volatile sig_atomic_t alarm_status;

/* Ctrl-C a second time is somebody who will not wait. A second SIGTERM is a
 * supervisor that repeats itself: leaving the group takes its time. */
static void
on_stop(int signal_number)
{
    if (stop_requested && signal_number == SIGINT)
        _exit(EXIT_FAILURE);
    stop_requested = 1;
}

static void
on_hangup(int signal_number)
{
    (void)signal_number;
    hung_up = 1;
}

void
signals_catch(void)
{
    struct sigaction action = {.sa_handler = on_stop};

    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    action.sa_handler = on_hangup;
    sigaction(SIGHUP, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
}

static void
on_alarm(int signal_number)
{
    (void)signal_number;
    _exit(alarm_status);
}

void
signals_exit_within(unsigned seconds, int status)
{
    struct sigaction action = {.sa_handler = on_alarm};

    sigemptyset(&action.sa_mask);
    alarm_status = status;
    sigaction(SIGALRM, &action, NULL);
    alarm(seconds);
}

bool
signals_stop_requested(void)
{
    return stop_requested != 0;
}

bool
signals_take_hangup(void)
{
    bool was = hung_up != 0;

    if (was)
        hung_up = 0;
    return was;
}
