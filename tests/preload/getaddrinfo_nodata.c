/* SPDX-License-Identifier: MIT */
/*
 * A name of /etc/hosts that has no address of the family asked for: no data,
 * which is not the same as no such name.
 * log-count: 0 request
 */
#include "hosts.h"

static char names[64][256];
static int families[64], count; /* bits: 1 IPv4, 2 IPv6 */

static void note(const char *name, int family)
{
	int i = 0;

	while (i < count && strcasecmp(names[i], name) != 0)
		i++;
	if (i == 64)
		return;
	if (i == count)
		snprintf(names[count++], sizeof(names[0]), "%s", name);
	families[i] |= family;
}

/* A name that has addresses of one family only. */
static const char *find(int family)
{
	static const char blank[] = " \t\r\n";
	FILE *f = fopen("/etc/hosts", "r");
	char line[1024], *word;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "#")] = '\0';
		word = strtok(line, blank);
		if (word == NULL)
			continue;
		int is = strchr(word, ':') != NULL ? 2 : 1;

		while ((word = strtok(NULL, blank)) != NULL)
			note(word, is);
	}
	if (f != NULL)
		fclose(f);
	for (int i = 0; i < count; i++)
		if (families[i] == family)
			return names[i];
	return NULL;
}

int main(void)
{
	const char *name = find(2);
	int without = AF_INET;
	struct addrinfo want = { .ai_socktype = SOCK_STREAM }, *list;

	if (name == NULL) {
		name = find(1);
		without = AF_INET6;
	}
	if (name == NULL)
		return EXIT_SKIP;
	want.ai_family = without;
	CHECK(getaddrinfo(name, "80", &want, &list) == EAI_NODATA);
	CHECK(gethostbyname2(name, without) == NULL);
	CHECK(h_errno == NO_DATA);
	want.ai_family = without == AF_INET ? AF_INET6 : AF_INET;
	CHECK(getaddrinfo(name, "80", &want, &list) == 0);
	freeaddrinfo(list);
	return 0;
}
