/* Preprocessed into the linker's version script: libc's names, no other. */
#define HOOK(name)      name;
#define ALIAS(name, of) name;
#define CALL(name)
{
global:
#include "libc/symbols.h"
local:
	*;
};
