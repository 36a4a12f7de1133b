#!/bin/bash
set -o errexit
echo "héllo" > /etc/motd
