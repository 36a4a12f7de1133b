//! EC2: subnets, and the routes, endpoints, DNS attributes and DHCP options of their VPC.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{
    DhcpOptions, Route as Ec2Route, RouteState, RouteTable as Ec2RouteTable, Subnet as Ec2Subnet, VpcAttributeName,
};

use super::super::Aws;
use super::super::errors::{call_error, empty_answer};
use super::filter;
use mng_core::preflight::facts::{Read, Route, RouteTable, Subnet, VpcDhcp, VpcDns, VpcEndpoint};

impl Aws {
    pub(super) async fn read_subnets(&self, ids: Vec<String>) -> Read<Vec<Subnet>> {
        let call = self.ec2().describe_subnets().filters(filter("subnet-id", &ids));
        let found = call.into_paginator().items().send().try_collect().await;
        let found: Vec<_> = found.map_err(|error| call_error("ec2:DescribeSubnets", ids.join(","), &error))?;
        Ok(found.iter().map(subnet).collect())
    }

    pub(super) async fn read_route_tables(&self, vpc: &str) -> Read<Vec<RouteTable>> {
        let call = self.ec2().describe_route_tables().filters(of_vpc(vpc));
        let found = call.into_paginator().items().send().try_collect().await;
        let found: Vec<_> = found.map_err(|error| call_error("ec2:DescribeRouteTables", vpc, &error))?;
        Ok(found.iter().map(route_table).collect())
    }

    pub(super) async fn read_endpoints(&self, vpc: &str) -> Read<Vec<VpcEndpoint>> {
        let call = self.ec2().describe_vpc_endpoints().filters(of_vpc(vpc));
        let found = call.into_paginator().items().send().try_collect().await;
        let found: Vec<_> = found.map_err(|error| call_error("ec2:DescribeVpcEndpoints", vpc, &error))?;
        let endpoints = found.iter().map(|endpoint| VpcEndpoint {
            service: text(endpoint.service_name()),
            state: text(endpoint.state().map(|state| state.as_str())),
        });
        Ok(endpoints.collect())
    }

    pub(super) async fn read_dns(&self, vpc: &str) -> Read<VpcDns> {
        let (support, hostnames) = tokio::try_join!(
            self.read_attribute(vpc, VpcAttributeName::EnableDnsSupport),
            self.read_attribute(vpc, VpcAttributeName::EnableDnsHostnames),
        )?;
        Ok(VpcDns { support, hostnames })
    }

    async fn read_attribute(&self, vpc: &str, name: VpcAttributeName) -> Read<bool> {
        const ACTION: &str = "ec2:DescribeVpcAttribute";
        let call = self.ec2().describe_vpc_attribute().vpc_id(vpc).attribute(name);
        let answer = call.send().await.map_err(|error| call_error(ACTION, vpc, &error))?;
        // The response has only the attribute that the call asked for.
        let attribute = answer.enable_dns_support().or(answer.enable_dns_hostnames());
        attribute
            .and_then(|attribute| attribute.value())
            .ok_or_else(|| empty_answer(ACTION, vpc))
    }

    pub(super) async fn read_dhcp(&self, vpc: &str) -> Read<VpcDhcp> {
        const ACTION: &str = "ec2:DescribeVpcs";
        let answer = self.ec2().describe_vpcs().filters(of_vpc(vpc)).send().await;
        let answer = answer.map_err(|error| call_error(ACTION, vpc, &error))?;
        let id = answer.vpcs().first().and_then(|vpc| vpc.dhcp_options_id());
        let id = id.ok_or_else(|| empty_answer(ACTION, vpc))?.to_owned();
        let wanted = filter("dhcp-options-id", std::slice::from_ref(&id));
        let answer = self.ec2().describe_dhcp_options().filters(wanted).send().await;
        let answer = answer.map_err(|error| call_error("ec2:DescribeDhcpOptions", &id, &error))?;
        // A VPC without DHCP options names them `default`, and no options have that ID.
        let options = answer.dhcp_options().first();
        let values = |key: &str| options.map_or_else(Vec::new, |options| option_values(options, key));
        let (domain_names, servers) = (values("domain-name"), values("domain-name-servers"));
        Ok(VpcDhcp {
            id,
            domain_names,
            servers,
        })
    }

    pub(super) async fn read_security_groups(&self, ids: Vec<String>) -> Read<BTreeMap<String, String>> {
        let call = self.ec2().describe_security_groups().filters(filter("group-id", &ids));
        let found = call.into_paginator().items().send().try_collect().await;
        let found: Vec<_> = found.map_err(|error| call_error("ec2:DescribeSecurityGroups", ids.join(","), &error))?;
        let pairs = found.iter().map(|group| (text(group.group_id()), text(group.vpc_id())));
        Ok(pairs.collect())
    }
}

fn of_vpc(vpc: &str) -> aws_sdk_ec2::types::Filter {
    filter("vpc-id", &[vpc.to_owned()])
}

fn text(value: Option<&str>) -> String {
    value.unwrap_or_default().to_owned()
}

fn subnet(subnet: &Ec2Subnet) -> Subnet {
    Subnet {
        id: text(subnet.subnet_id()),
        vpc: text(subnet.vpc_id()),
        zone: text(subnet.availability_zone()),
        outpost: subnet.outpost_arn().filter(|arn| !arn.is_empty()).map(str::to_owned),
        free_addresses: subnet.available_ip_address_count().unwrap_or_default(),
        assigns_public_addresses: subnet.map_public_ip_on_launch() == Some(true),
        assigns_ipv6_addresses: subnet.assign_ipv6_address_on_creation() == Some(true),
    }
}

fn route_table(table: &Ec2RouteTable) -> RouteTable {
    let associations = table.associations();
    let subnets = associations.iter().filter_map(|association| association.subnet_id());
    RouteTable {
        id: text(table.route_table_id()),
        vpc: text(table.vpc_id()),
        main: associations.iter().any(|association| association.main() == Some(true)),
        subnets: subnets.map(str::to_owned).collect(),
        routes: table.routes().iter().map(route).collect(),
    }
}

/// Each route has exactly one kind of destination and one kind of target. Except: a route to an instance also names the
/// instance's network interface.
fn route(route: &Ec2Route) -> Route {
    let destinations = [
        route.destination_cidr_block(),
        route.destination_ipv6_cidr_block(),
        route.destination_prefix_list_id(),
    ];
    let targets = [
        route.gateway_id(),
        route.nat_gateway_id(),
        route.egress_only_internet_gateway_id(),
        route.transit_gateway_id(),
        route.vpc_peering_connection_id(),
        route.carrier_gateway_id(),
        route.local_gateway_id(),
        route.core_network_arn(),
        route.odb_network_arn(),
        route.network_interface_id(),
        route.instance_id(),
    ];
    let first = |of: &[Option<&str>]| text(of.iter().flatten().find(|value| !value.is_empty()).copied());
    Route {
        destination: first(&destinations),
        target: first(&targets),
        blackhole: route.state() == Some(&RouteState::Blackhole),
    }
}

fn option_values(options: &DhcpOptions, key: &str) -> Vec<String> {
    let configurations = options.dhcp_configurations().iter();
    let wanted = configurations.filter(|configuration| configuration.key() == Some(key));
    let values = wanted.flat_map(|configuration| configuration.values());
    values.filter_map(|value| value.value()).map(str::to_owned).collect()
}
