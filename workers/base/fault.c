/* fault.c - kill points for tests; compiled to nothing otherwise. */
#include "fault.h"

#ifdef REWARD_FAULTS

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

static struct {
    bool read;
    char name[64];
    char action[8];
    long passages_left;
} plan;

static void
read_plan(void)
{
    const char *text = getenv("REWARD_FAULT");

    plan.read = true;
    if (!text)
        return;
    plan.passages_left = 1;
    if (sscanf(text, "%63[^:]:%7[^:]:%ld", plan.name, plan.action,
               &plan.passages_left) < 2) {
        log_error("cannot read REWARD_FAULT=%s; write NAME:ACTION[:N]", text);
        exit(2);
    }
}

bool
fault_hit(const char *name)
{
    if (!plan.read)
        read_plan();
    if (strcmp(name, plan.name) != 0 || --plan.passages_left != 0)
        return false;
    log_warn("fault point reached name=%s action=%s", name, plan.action);
    if (strcmp(plan.action, "kill") == 0)
        raise(SIGKILL);
    if (strcmp(plan.action, "stop") == 0)
        raise(SIGSTOP);
    return strcmp(plan.action, "fail") == 0;
}

#else

/* ISO C wants a declaration in every file. */
extern int fault_is_compiled_out;

#endif
