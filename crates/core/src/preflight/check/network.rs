//! The subnets and their VPC.

use crate::texts::Explanation;

pub const SUBNET_NOT_FOUND: Explanation = Explanation {
    code: "subnet-not-found",
    cause: "A subnet doesn't exist.",
    remedy: "correct the ids",
    example: "Subnets: not found in this account and Region: subnet-2; correct the ids [subnet-not-found]",
};

pub const SUBNET_OTHER_VPC: Explanation = Explanation {
    code: "subnet-other-vpc",
    cause: "A subnet isn't in the cluster's VPC.",
    remedy: "name subnets of the cluster's VPC",
    example: "Subnets: not in vpc-1, the VPC of cluster prod: subnet-2 in vpc-2; name subnets of the cluster's VPC \
              [subnet-other-vpc]",
};

pub const SUBNETS_OF_SEVERAL_VPCS: Explanation = Explanation {
    code: "subnets-of-several-vpcs",
    cause: "The subnets are of several VPCs. Told where the cluster's own VPC isn't known.",
    remedy: "name subnets of the cluster's VPC",
    example: "Subnets: not all in one VPC: subnet-1 in vpc-1, subnet-2 in vpc-2; name subnets of the cluster's VPC \
              [subnets-of-several-vpcs]",
};

pub const SUBNET_ON_OUTPOST: Explanation = Explanation {
    code: "subnet-on-outpost",
    cause: "A subnet is on an Outpost.",
    remedy: "take subnets in the Region, or self-managed nodes",
    example: "Subnets: on an Outpost, where EKS makes no managed node groups: subnet-2; take subnets in the Region, \
              or self-managed nodes [subnet-on-outpost]",
};

pub const SUBNET_IN_WAVELENGTH: Explanation = Explanation {
    code: "subnet-in-wavelength",
    cause: "A subnet is in a Wavelength Zone.",
    remedy: "take subnets in the Region, or self-managed nodes",
    example: "Subnets: in a Wavelength Zone, where EKS makes no managed node groups: subnet-2 in \
              us-east-1-wl1-bos-wlz-1; take subnets in the Region, or self-managed nodes [subnet-in-wavelength]",
};

pub const SUBNET_NO_PUBLIC_ADDRESS: Explanation = Explanation {
    code: "subnet-no-public-address",
    cause: "A subnet routes to an internet gateway, by its own route table or the VPC's main one, and gives its \
            instances no public address. A warning unless the cluster has only a public endpoint.",
    remedy: "set MapPublicIpOnLaunch on them, or route them to a NAT gateway",
    example: "Subnets: public subnets, by a route to an internet gateway, whose instances get no public address: \
              subnet-1 (main route table rtb-main), subnet-2 (main route table rtb-main); set MapPublicIpOnLaunch on \
              them, or route them to a NAT gateway [subnet-no-public-address]",
};

pub const SUBNET_BLACKHOLE: Explanation = Explanation {
    code: "subnet-blackhole",
    cause: "The default route of a subnet leads to something that was deleted.",
    remedy: "give the route table a default route that leads out",
    example: "Subnets: the default route leads to nat-1, which is gone: subnet-1 (main route table rtb-main), \
              subnet-2 (main route table rtb-main); give the route table a default route that leads out \
              [subnet-blackhole]",
};

pub const NO_WAY_OUT: Explanation = Explanation {
    code: "no-way-out",
    cause: "A subnet has no default route, and the VPC lacks endpoints that nodes need. A warning where another \
            route, an image of one's own or unread endpoints leave a doubt, or where only sts is missing, which pods \
            need.",
    remedy: "add a route to a NAT gateway, or the endpoints",
    example: "Subnets: no default route, and the VPC has no endpoint for ecr.dkr, sts: subnet-1 (main route table \
              rtb-main), subnet-2 (main route table rtb-main); add a route to a NAT gateway, or the endpoints \
              [no-way-out]",
};

pub const PRIVATE_ENDPOINT_OFF: Explanation = Explanation {
    code: "private-endpoint-off",
    cause: "A subnet has no default route, and the cluster no private endpoint. A warning where another route leaves \
            a doubt.",
    remedy: "switch the cluster's private endpoint on, or add a default route",
    example: "Subnets: cluster prod has a public endpoint only, and no default route leads there: subnet-1 (main \
              route table rtb-main), subnet-2 (main route table rtb-main); switch the cluster's private endpoint on, \
              or add a default route [private-endpoint-off]",
};

pub const ENDPOINT_NOT_AVAILABLE: Explanation = Explanation {
    code: "endpoint-not-available",
    cause: "A subnet has no default route, and an endpoint that nodes need isn't in state available.",
    remedy: "see why in the console of the VPC",
    example: "Subnets: no default route, and not every endpoint works, com.amazonaws.us-east-1.sts is \
              pendingAcceptance: subnet-1 (main route table rtb-main), subnet-2 (main route table rtb-main); see why \
              in the console of the VPC [endpoint-not-available]",
};

pub const SUBNET_NO_IPV6: Explanation = Explanation {
    code: "subnet-no-ipv6",
    cause: "The cluster is an IPv6 one, and a subnet gives its instances no IPv6 address.",
    remedy: "set AssignIpv6AddressOnCreation on them",
    example: "Subnets: cluster prod is an IPv6 one, and instances get no IPv6 address in subnet-2; set \
              AssignIpv6AddressOnCreation on them [subnet-no-ipv6]",
};

pub const ADDRESSES_EXHAUSTED: Explanation = Explanation {
    code: "addresses-exhausted",
    cause: "The subnets together have fewer free addresses than the group has nodes at first.",
    remedy: "name subnets with more room",
    example: "Subnets: 3 nodes at one address each, and 2 are free: subnet-1 (1), subnet-2 (1); name subnets with \
              more room [addresses-exhausted]",
};

pub const ADDRESSES_SHORT: Explanation = Explanation {
    code: "addresses-short",
    cause: "The subnets have few free addresses for the nodes, those that an update adds for a while, and what the \
            VPC CNI keeps ready for pods.",
    remedy: "name subnets with more room",
    example: "Subnets: 7 nodes at 20 each, those that an update adds for a while among them, take 140 addresses, and \
              80 are free: subnet-1 (40), subnet-2 (40); name subnets with more room [addresses-short]",
};

pub const DNS_SUPPORT: Explanation = Explanation {
    code: "dns-support",
    cause: "The VPC resolves no names. A warning where its DHCP options name other servers.",
    remedy: "switch enableDnsSupport on",
    example: "Subnets: vpc-1 has enableDnsSupport off, so that nodes resolve no names; switch enableDnsSupport on \
              [dns-support]",
};

pub const DNS_HOSTNAMES: Explanation = Explanation {
    code: "dns-hostnames",
    cause: "The VPC gives no host names, which EKS asks for.",
    remedy: "switch enableDnsHostnames on",
    example: "Subnets: vpc-1 has enableDnsHostnames off, and EKS asks for it, or nodes may not register; switch \
              enableDnsHostnames on [dns-hostnames]",
};

pub const DHCP_NO_DNS: Explanation = Explanation {
    code: "dhcp-no-dns",
    cause: "The DHCP options of the VPC name no DNS servers.",
    remedy: "add AmazonProvidedDNS, or servers of your own",
    example: "Subnets: the DHCP options dopt-1 of vpc-1 name no domain-name-servers; add AmazonProvidedDNS, or \
              servers of your own [dhcp-no-dns]",
};
